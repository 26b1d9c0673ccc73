//! Hostile clients: the server goes on whatever they send, and answers what can be answered.

mod edits;
mod messages;
mod sequences;
mod texts;

use serde_json::{Value, json};

use crate::lsp::client::{Client, options};
use crate::lsp::tree::Tree;

/// A profile with a little of everything, for requests at every place of it and of its beginnings.
const SAMPLE: &str = "\
include <tunables/global>
@{x}=/a /b
profile sample /usr/bin/{a,b} flags=(complain) {
  include <abstractions/common>
  capability chown,
  network inet stream,
  signal (send) set=(term) peer=beta,
  /usr/bin/beta Px -> beta,
  deny @{x}/ä/𝄞/e\u{301}/** rwk, # ä𝄞
  ^hat {
    owner \"/tmp/a b\" w,
  }
}
";

/// Requests about a text.
const OF_TEXTS: [&str; 8] = [
    "textDocument/codeAction",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/inlayHint",
    "textDocument/rangeFormatting",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
];

/// Requests about a place in one.
const OF_PLACES: [&str; 11] = [
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/hover",
    "textDocument/onTypeFormatting",
    "textDocument/prepareCallHierarchy",
    "textDocument/prepareRename",
    "textDocument/references",
    "textDocument/rename",
    "textDocument/selectionRange",
    "textDocument/signatureHelp",
];

/// Parameters of all of them: what one does not know, it passes over.
fn parameters(uri: &str, position: &Value) -> Value {
    json!({
        "textDocument": { "uri": uri },
        "position": position,
        "positions": [position],
        "range": { "start": { "line": 0, "character": 0 }, "end": position },
        "context": { "diagnostics": [], "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false },
        "options": options(),
        "ch": ",",
        "newName": "other",
    })
}

/// A session that also knows whether the server is well.
struct Patient {
    client: Client,
    tree: Tree,
    well: String,
}

impl Patient {
    fn new() -> Patient {
        let tree = Tree::new();
        let client = Client::session_with(tree.folder(), json!({ "costs": true }), &["utf-16"]);
        let well = tree.uri("policy/well");
        let mut patient = Patient { client, tree, well };
        let text = "profile   well { /etc/well   r , }\n";
        patient.client.open(&patient.well, text);
        patient.check("the beginning");
        patient
    }

    /// The server still has an answer, and it is right.
    fn check(&mut self, what: &str) {
        let edits = self.client.format(&self.well);
        if edits[0]["newText"] != "profile well {\n  /etc/well r,\n}\n" {
            self.client.fail(&format!("{what:.300}: formatting gives {edits}"));
        }
    }

    /// Asks all that may be asked at a place; every question has one answer, and none is a fault of the server.
    fn ask_everything(&mut self, uri: &str, position: &Value) {
        let methods = OF_PLACES.iter().chain(&OF_TEXTS);
        let parameters = parameters(uri, position);
        let ids: Vec<Value> = methods.map(|method| self.client.request(method, parameters.clone())).collect();
        for id in &ids {
            self.expect_no_fault(id);
        }
    }

    fn expect_no_fault(&mut self, id: &Value) {
        /// `InternalError`: something panicked.
        const FAULT: i32 = -32603;
        let answer = self.client.answer(id);
        if answer["error"]["code"] == FAULT {
            self.client.fail(&format!("a fault: {answer}"));
        }
    }

    /// The end, which is that of a session without faults.
    fn finish(mut self) {
        self.check("the end");
        self.client.finish();
    }
}
