//! The beginning and the end of sessions, and requests that are not served.

use serde_json::{Value, json};

use crate::lsp::client::{Client, options, uri};
use crate::lsp::tree::Tree;

/// Codes of JSON-RPC and of the protocol.
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const NOT_INITIALIZED: i32 = -32002;
const REQUEST_FAILED: i32 = -32803;

#[test]
fn what_the_server_says_of_itself() {
    let tree = Tree::new();
    let mut client = Client::start();
    let mut result = client.initialize(tree.folder(), json!({}), &["utf-16"]);
    assert_eq!(result["serverInfo"]["version"].take(), env!("CARGO_PKG_VERSION"));
    insta::assert_json_snapshot!(result);
    // An answer that comes after what `initialized` began.
    client.refused("armorer/nothing", Value::Null);
    let registered: Vec<&Value> =
        client.asked.iter().filter(|asked| asked["method"] == "client/registerCapability").collect();
    assert_eq!(registered.len(), 1);
    assert_eq!(registered[0]["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.finish();
}

#[test]
fn requests_that_are_refused() {
    let tree = Tree::new();
    let file = tree.uri("policy/usr.bin.alpha");
    let formatting = json!({ "textDocument": { "uri": file }, "options": options() });
    let mut client = Client::start();
    assert_eq!(client.refused("textDocument/formatting", formatting.clone())["code"], NOT_INITIALIZED);
    assert_eq!(client.refused("shutdown", Value::Null)["code"], NOT_INITIALIZED);
    assert_eq!(client.refused("initialize", json!([1]))["code"], INVALID_PARAMS);
    client.initialize(tree.folder(), json!({}), &[]);
    assert_eq!(client.refused("initialize", json!({ "capabilities": {} }))["code"], INVALID_REQUEST);
    assert_eq!(client.refused("textDocument/nothing", json!({}))["code"], METHOD_NOT_FOUND);
    assert_eq!(client.refused("textDocument/formatting", formatting.clone())["code"], INVALID_PARAMS, "not open");
    assert_eq!(client.refused("textDocument/formatting", json!({ "textDocument": 5 }))["code"], INVALID_PARAMS);
    client.open(&file, "profile broken {");
    let refused = client.refused("textDocument/formatting", formatting.clone());
    assert_eq!(refused["code"], REQUEST_FAILED);
    assert!(refused["message"].as_str().unwrap().starts_with("line 1: "), "{refused}");
    client.replace(&file, 2, "profile   mended {}");
    assert_eq!(client.format(&file)[0]["newText"], "profile mended {\n}\n");
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(client.refused("textDocument/formatting", formatting)["code"], INVALID_REQUEST);
    assert_eq!(client.refused("shutdown", Value::Null)["code"], INVALID_REQUEST);
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(0));
}

#[test]
fn sessions_that_end_without_shutdown() {
    let tree = Tree::new();
    for exit in [false, true] {
        Client::start().leave(exit);
        Client::session(tree.folder()).leave(exit);
        let (client, _) = tree.session(["policy/usr.bin.alpha"]);
        client.leave(exit);
    }
    // The stream ends after `shutdown`: the client has said that it goes.
    let mut client = Client::session(tree.folder());
    client.ask("shutdown", Value::Null);
    client.hang_up();
    assert_eq!(client.ended().code(), Some(0));
}

#[test]
fn sessions_without_a_folder() {
    for parameters in [
        json!({ "capabilities": {} }),
        json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        json!({ "rootUri": "file:///there/is/none", "workspaceFolders": null, "capabilities": {} }),
        json!({ "rootUri": null, "workspaceFolders": [], "capabilities": {}, "initializationOptions": [7] }),
        json!({ "rootPath": "/nowhere", "capabilities": {}, "initializationOptions": { "features": 5 } }),
    ] {
        let mut client = Client::start();
        let result = client.ask("initialize", parameters);
        assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
        client.notify("initialized", json!({}));
        client.open("untitled:Untitled-1", "profile   x {}");
        assert_eq!(client.format("untitled:Untitled-1")[0]["newText"], "profile x {\n}\n");
        client.finish();
    }
}

#[test]
fn names_of_files_that_uris_encode() {
    let tree = Tree::new();
    let name = "policy/ä b%c#d?.conf";
    tree.write(name, "profile   x {}");
    let mut client = Client::session(tree.folder());
    let uri = uri(&tree.path(name));
    client.open(&uri, "profile x {\n  capability chown\n}\n");
    client.problem(&uri, "missing-comma");
    // Another way to write the same.
    let other = uri.replace("%20", " ").replace("file://", "file://localhost").replace(".conf", "%2Econf");
    client.replace(&other, 2, "profile   x {}");
    assert_eq!(client.format(&other)[0]["newText"], "profile x {\n}\n");
    client.finish();
}
