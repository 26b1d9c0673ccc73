//! The sequence of an editor's requests on real files. Snapshots have numbers and places only: the texts are not ours.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::lsp::client::{Client, options, uri};
use crate::lsp::text::Units;
use crate::lsp::tree::redact;
use crate::support;

/// The marks at whose first places requests are made, right after their first halves.
const MARKS: [&str; 5] = ["include <", "@{", "profile ", " rPx", "capability "];

#[test]
fn what_editors_ask_of_real_files() {
    let Some(tree) = support::directory("ARMORER_CORPUS", "the language server on real files") else { return };
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "base": tree, "features": "linux-7.2", "automata": false, "costs": true });
    let mut client = Client::session_with(folder.path(), settings, &["utf-16"]);
    for name in ["gnome-shell", "snap", "abstractions/nameservice", "tunables/global"] {
        let path = tree.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let summary = session(&mut client, &uri(&path), &text, folder.path());
        insta::assert_json_snapshot!(name.replace('/', "_"), summary);
    }
    // A manifest of one of them.
    let profile = std::fs::read_to_string(tree.join("aa-log")).unwrap();
    let indented: String = profile.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: profiles\ndata:\n  aa-log: |\n{indented}");
    let summary = session(&mut client, &uri(&folder.path().join("profiles.yaml")), &text, folder.path());
    insta::assert_json_snapshot!("manifest", summary);
    client.finish();
}

/// Open, ask everything, change, ask again, close.
fn session(client: &mut Client, uri: &str, text: &str, folder: &Path) -> Value {
    let mut found = Map::new();
    client.open(uri, text);
    let problems = told(client, uri, 1);
    found.insert("problems".into(), count_codes(&problems));
    for mark in MARKS {
        let Some(at) = text.find(mark) else { continue };
        let position = Units::Utf16.position(text, at + mark.len() / 2 + 1);
        let mut answers = Map::new();
        for method in ["hover", "definition", "references", "documentHighlight", "prepareRename", "completion"] {
            let parameters = json!({
                "textDocument": { "uri": uri }, "position": position, "context": { "includeDeclaration": true, "triggerKind": 1 },
            });
            let answer = client.ask(&format!("textDocument/{method}"), parameters);
            answers.insert(method.into(), summary(&answer));
        }
        if mark == "@{" && !answers["prepareRename"].is_null() {
            let parameters =
                json!({ "textDocument": { "uri": uri }, "position": position, "newName": "given_by_a_test" });
            let edits = edits(&client.ask("textDocument/rename", parameters));
            assert_eq!(json!(edits), answers["references"]["count"], "a rename changes what refers to the variable");
        }
        found.insert(format!("at {mark:?}"), answers.into());
    }
    for (name, method) in [
        ("actions", "codeAction"),
        ("formatted", "formatting"),
        ("lines", "rangeFormatting"),
        ("typed", "onTypeFormatting"),
    ] {
        let parameters = json!({
            "textDocument": { "uri": uri },
            "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 30, "character": 0 } },
            "context": { "diagnostics": [] },
            "position": { "line": 20, "character": 0 },
            "ch": "\n",
            "options": options(),
        });
        let answer = client.ask(&format!("textDocument/{method}"), parameters);
        found.insert(name.into(), summary(&answer));
    }
    // A rule without its comma, in the last block; then as it was.
    let end = text.rfind('}').unwrap_or(text.len());
    let place = Units::Utf16.position(text, end);
    let place = json!({ "start": place, "end": place });
    client.change(uri, 2, json!([{ "range": place, "text": "capability\n" }]));
    let changed = told(client, uri, 2);
    found.insert("problems after a change".into(), count_codes(&changed));
    let position =
        json!({ "line": place["start"]["line"], "character": place["start"]["character"].as_u64().unwrap() + 10 });
    client.ask("textDocument/completion", json!({ "textDocument": { "uri": uri }, "position": position }));
    let line = place["start"]["line"].as_u64().unwrap();
    let undone = json!({ "start": place["start"], "end": { "line": line + 1, "character": 0 } });
    client.change(uri, 3, json!([{ "range": undone, "text": "" }]));
    assert_eq!(told(client, uri, 3), problems, "the text is what it was, and so is what is said of it");
    client.close(uri);
    let folder = folder.to_str().unwrap();
    redact(&found.into(), &|text| text.replace(folder, "/TREE"))
}

/// Returns the last diagnostics published for a version of a text: after the index is made, all are published again.
fn told(client: &mut Client, uri: &str, version: i32) -> Vec<Value> {
    // An answer that takes the index.
    client.ask("workspace/symbol", json!({ "query": "nothing of the kind" }));
    let params =
        client.wait("textDocument/publishDiagnostics", |params| params["uri"] == uri && params["version"] == version);
    params["diagnostics"].as_array().unwrap().clone()
}

/// Returns the number of edits in a change of the workspace.
fn edits(change: &Value) -> usize {
    let files = change["documentChanges"].as_array().into_iter().flatten().map(|file| &file["edits"]);
    let plain = change["changes"].as_object().into_iter().flat_map(Map::values);
    files.chain(plain).filter_map(Value::as_array).map(Vec::len).sum()
}

fn count_codes(problems: &[Value]) -> Value {
    let mut counts = std::collections::BTreeMap::new();
    for problem in problems {
        *counts.entry(problem["code"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    json!(counts)
}

/// Returns the number of things in an answer, and the place of the first.
fn summary(answer: &Value) -> Value {
    match answer {
        Value::Array(list) => {
            let range = list.first().and_then(|first| first.get("range"));
            json!({ "count": list.len(), "first": range })
        }
        Value::Object(object) if object.contains_key("items") => {
            json!({ "count": object["items"].as_array().unwrap().len() })
        }
        Value::Object(object) => json!({ "there": true, "range": object.get("range") }),
        other => other.clone(),
    }
}
