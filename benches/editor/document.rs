//! A file as an editor holds it: its text, its version, and places in it.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, uri};

/// A file that is open in a server.
pub(crate) struct Document {
    pub(crate) uri: String,
    pub(crate) text: String,
    version: i64,
}

impl Document {
    /// Tells a server that a file with this text is open.
    pub(crate) fn open(client: &mut Client, path: &Path, text: String) -> Document {
        let uri = uri(path);
        let language = if path.extension().is_some_and(|extension| extension == "yaml") { "yaml" } else { "apparmor" };
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        client.notify("textDocument/didOpen", &json!({"textDocument": item}));
        Document { uri, text, version: 1 }
    }

    /// Tells a server that the file is closed.
    pub(crate) fn close(self, client: &mut Client) {
        client.notify("textDocument/didClose", &json!({"textDocument": {"uri": self.uri}}));
    }

    /// The position of a byte, in UTF-16 units.
    pub(crate) fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        json!({"line": line, "character": before[start..].encode_utf16().count()})
    }

    /// Replaces bytes, and tells the server so.
    pub(crate) fn replace(&mut self, client: &mut Client, range: std::ops::Range<usize>, with: &str) {
        self.version += 1;
        let lsp = json!({"start": self.position(range.start), "end": self.position(range.end)});
        let params = json!({
            "textDocument": {"uri": self.uri, "version": self.version},
            "contentChanges": [{"range": lsp, "text": with}],
        });
        client.notify("textDocument/didChange", &params);
        self.text.replace_range(range, with);
    }
}

/// A name as the server wants it for `textDocument/rename` at a position: like what `prepareRename` would have replaced.
pub(crate) fn new_name(client: &mut Client, document: &Document, position: &Value, name: &str) -> String {
    let params = json!({"textDocument": {"uri": document.uri}, "position": position});
    let answer = client.request("textDocument/prepareRename", &params).result.unwrap_or_default();
    let start = answer.get("range").unwrap_or(&answer)["start"].clone();
    let line = start["line"].as_u64().and_then(|line| document.text.lines().nth(usize::try_from(line).ok()?));
    let old: String =
        line.unwrap_or_default().chars().skip(start["character"].as_u64().map_or(0, |at| at as usize)).collect();
    if old.starts_with("@{") { format!("@{{{name}}}") } else { name.to_owned() }
}

/// The number of things in an answer: places, items, edits, symbols with those in them, tokens. 0 is none.
pub(crate) fn size(result: &Value) -> usize {
    let items =
        |value: &Value| value.as_array().map_or(0, |items| items.iter().map(|item| 1 + size_of_children(item)).sum());
    match result {
        Value::Null => 0,
        Value::Array(_) => items(result),
        Value::Object(object) => {
            if let Some(list) = object.get("items") {
                items(list)
            } else if let Some(tokens) = object.get("data") {
                items(tokens) / 5
            } else if let Some(changes) = object.get("documentChanges").and_then(Value::as_array) {
                changes.iter().map(|change| items(&change["edits"])).sum()
            } else if let Some(changes) = object.get("changes").and_then(Value::as_object) {
                changes.values().map(items).sum()
            } else {
                1
            }
        }
        _ => 1,
    }
}

fn size_of_children(item: &Value) -> usize {
    item.get("children").map_or(0, size)
}
