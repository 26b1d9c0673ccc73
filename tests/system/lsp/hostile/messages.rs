//! Messages that are none, or not what they should be.

use serde_json::{Value, json};

use super::{OF_PLACES, OF_TEXTS, Patient, SAMPLE, parameters};
use crate::lsp::client::{Client, frame};
use crate::lsp::tree::Tree;

/// Returns texts between messages that must not be read as messages.
fn broken() -> Vec<Vec<u8>> {
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for body in [
        "",
        " ",
        "{",
        "}",
        "[]",
        "[1,2]",
        "null",
        "5",
        "\"text\"",
        "{}",
        "\u{feff}{}",
        "nonsense",
        "{\"jsonrpc\":\"2.0\"",
        "{\"method\":5}",
        "{\"id\":1.5,\"method\":\"x\"}",
        "{\"id\":{},\"method\":\"x\"}",
        "{\"id\":[1]}",
        "{\"id\":null}",
        "{\"id\":99999999999999999999,\"method\":\"x\"}",
        "{\"id\":-1,\"result\":5}",
        "{\"id\":\"never\",\"error\":7}",
        "{\"method\":\"x\",\"params\":1e999}",
        "{\"method\":\"\\ud800\"}",
        "{\"method\":\"x\",\"method\":\"y\"}",
        "[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"shutdown\"}]",
    ] {
        pieces.push(frame(body.as_bytes()));
    }
    pieces.push(frame(b"\xff\xfe{}"));
    pieces.push(frame(b"{\"method\":\"\xc3\x28\"}"));
    pieces.push(frame(&[0; 1000]));
    pieces.push(frame(deep("[", "]").as_bytes()));
    pieces.push(frame(deep("{\"a\":", "}").as_bytes()));
    pieces.push(frame(format!("{{\"method\":\"textDocument/hover\",\"params\":{}}}", deep("[", "]")).as_bytes()));
    for header in [
        "Content-Length: x\r\n\r\n",
        "Content-Length: -5\r\n\r\n",
        "Content-Length: 0\r\n\r\n",
        "Content-Length:\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        "\r\n\r\n\r\n",
        "nonsense\n\n",
        ": :\r\n\r\n",
    ] {
        pieces.push(header.into());
    }
    pieces.push(format!("{}: x\r\n\r\n", "h".repeat(100_000)).into());
    pieces.push(b"\xff\xff: \xff\r\n\r\n".to_vec());
    // More than is taken, and it does come.
    let large = 65 << 20;
    pieces.push([format!("Content-Length: {large}\r\n\r\n").into_bytes(), vec![b'x'; large]].concat());
    pieces
}

#[test]
fn what_cannot_be_read() {
    let mut patient = Patient::new();
    for piece in broken() {
        patient.client.raw(piece.as_slice());
        patient.check(&String::from_utf8_lossy(&piece[..piece.len().min(100)]));
    }
    patient.finish();
}

#[test]
fn what_cannot_be_read_is_answered() {
    let mut patient = Patient::new();
    for (piece, code) in
        [(frame(b"{"), -32700), (frame(b"{\"id\":{}}"), -32600), (b"Content-Type: x\r\n\r\n".to_vec(), -32700)]
    {
        patient.client.raw(piece);
        assert_eq!(patient.client.refusal()["code"], code);
    }
    patient.finish();
}

/// A length that is too small or too large takes the messages beside it, and no more.
#[test]
fn lengths_that_lie() {
    let mut patient = Patient::new();
    let hover = json!({ "jsonrpc": "2.0", "method": "x", "params": { "a": "b" } }).to_string();
    let filler = json!({ "jsonrpc": "2.0", "method": "x", "params": { "padding": "p".repeat(1000) } }).to_string();
    for announced in (0..hover.len() + 40).chain([500, 900, 1 << 40, usize::MAX]) {
        patient.client.raw(format!("Content-Length: {announced}\r\n\r\n{hover}"));
        patient.client.raw(frame(filler.as_bytes()));
        patient.client.raw(frame(filler.as_bytes()));
        patient.check(&format!("{announced} announced, {} sent", hover.len()));
    }
    patient.finish();
}

#[test]
fn streams_that_end_inside_a_message() {
    let tree = Tree::new();
    for end in [
        "C",
        "Content-Length: 10",
        "Content-Length: 10\r\n",
        "Content-Length: 10\r\n\r\n",
        "Content-Length: 10\r\n\r\n{\"id\"",
    ] {
        let mut client = Client::session(tree.folder());
        client.raw(end);
        client.leave(false);
        let mut client = Client::start();
        client.raw(end);
        client.leave(false);
    }
}

/// Values that no parameter is, in every place of the parameters that a request takes.
#[test]
fn parameters_of_wrong_types() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    patient.client.open(&uri, SAMPLE);
    let right = parameters(&uri, &json!({ "line": 3, "character": 5 }));
    let odd = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!({ "uri": null }),
        json!({ "line": u32::MAX, "character": u32::MAX }),
        json!({ "line": -1, "character": 0 }),
        json!({ "line": 4_294_967_296_u64, "character": 1 }),
        json!({ "line": 0.5, "character": "x" }),
        json!([{ "line": u32::MAX, "character": u32::MAX }]),
    ];
    let others = [
        "workspace/symbol",
        "workspace/executeCommand",
        "callHierarchy/incomingCalls",
        "callHierarchy/outgoingCalls",
        "completionItem/resolve",
        "codeAction/resolve",
        "initialize",
        "nothing/at/all",
        "",
        "$/unknown",
    ];
    let mut ids = Vec::new();
    for method in OF_PLACES.iter().chain(&OF_TEXTS).chain(&others) {
        for value in &odd {
            ids.push(patient.client.request(method, value.clone()));
            for key in right.as_object().unwrap().keys() {
                let mut parameters = right.clone();
                parameters[key] = value.clone();
                ids.push(patient.client.request(method, parameters));
            }
        }
    }
    for id in &ids {
        patient.expect_no_fault(id);
    }
    for method in [
        "initialized",
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWorkspaceFolders",
        "$/cancelRequest",
        "$/setTrace",
        "nothing/at/all",
    ] {
        for value in &odd {
            patient.client.notify(method, value.clone());
            patient.client.notify(method, json!({ "textDocument": value, "contentChanges": value, "changes": value }));
            let document = json!({ "uri": uri, "version": value, "text": value, "languageId": value });
            let change = json!([{ "range": value, "text": value }]);
            patient.client.notify(
                method,
                json!({ "textDocument": document, "contentChanges": change, "settings": value, "id": value }),
            );
        }
        patient.check(method);
    }
    patient.finish();
}

/// Every request is answered once, whatever is done to take it back.
#[test]
fn everything_is_cancelled() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    patient.client.open(&uri, SAMPLE);
    let mut ids = Vec::new();
    for round in 0..20 {
        for method in OF_PLACES.iter().chain(&OF_TEXTS) {
            // Before it is asked, too; and what was never asked.
            let number = 1 + round * 100;
            patient.client.notify("$/cancelRequest", json!({ "id": number }));
            let id = patient.client.request(method, parameters(&uri, &json!({ "line": round, "character": 3 })));
            patient.client.notify("$/cancelRequest", json!({ "id": id }));
            patient.client.notify("$/cancelRequest", json!({ "id": id }));
            ids.push(id);
        }
    }
    for id in [json!("none"), json!(-5), Value::Null, json!({}), json!(1.5)] {
        patient.client.notify("$/cancelRequest", json!({ "id": id }));
    }
    for id in &ids {
        patient.expect_no_fault(id);
    }
    patient.finish();
}

#[test]
fn more_messages_than_anybody_reads() {
    let mut patient = Patient::new();
    let uri = patient.tree.uri("policy/sample");
    patient.client.open(&uri, SAMPLE);
    let ids: Vec<Value> = (0..1500)
        .map(|number| {
            patient.client.replace(&uri, number + 2, &SAMPLE.replace("chown", &format!("kill{number}")));
            patient.client.request("textDocument/hover", parameters(&uri, &json!({ "line": 4, "character": 14 })))
        })
        .collect();
    for id in &ids {
        patient.expect_no_fault(id);
    }
    // The last state is the one that is told of.
    patient.client.wait("textDocument/publishDiagnostics", |params| params["uri"] == uri && params["version"] == 1501);
    patient.finish();
}
