//! The text that the server has is the text that the client has.

use std::cell::{Cell, RefCell};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::lsp::client::Client;
use crate::lsp::text::Units;
use crate::lsp::tree::Tree;

/// Pieces of texts: what shows where it is, in a finding or by how it is formatted, between what has many units.
const PIECES: [&str; 14] = [
    "# ä\n",
    "   # 𝄞 e\u{301}\r\n",
    "  @{one}/ r,\n",
    "@{two}/𝄞 r,\r",
    "/a   r ,\n",
    "capability   chown,\r\n",
    "𝄞",
    "ä",
    "\r",
    "\n",
    "x",
    "}",
    "profile p {\n",
    "\u{0}",
];

/// An edit: where it begins, how far it goes, what comes; as far as it can be so in the text at hand.
#[derive(Clone, Debug)]
struct Edit {
    start: prop::sample::Index,
    length: usize,
    /// The range is sent from its end to its start.
    reversed: bool,
    text: String,
}

fn pieces(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.concat())
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (any::<prop::sample::Index>(), 0..12_usize, prop::bool::weighted(0.1), pieces(3));
    let edit = edit.prop_map(|(start, length, reversed, text)| Edit { start, length, reversed, text });
    prop::collection::vec(edit, 1..12)
}

/// Changes the client's text; gives the change for the server. Places are those that positions can name: not inside a CR LF.
fn change(text: &mut String, edit: &Edit, units: Units) -> Value {
    let places: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .filter(|&at| !(text[..at].ends_with('\r') && text[at..].starts_with('\n')))
        .collect();
    let first = edit.start.index(places.len());
    let (start, end) = (places[first], places[(first + edit.length).min(places.len() - 1)]);
    let (mut from, mut to) = (units.position(text, start), units.position(text, end));
    assert_eq!((units.offset(text, &from), units.offset(text, &to)), (start, end));
    if edit.reversed {
        std::mem::swap(&mut from, &mut to);
    }
    text.replace_range(start..end, &edit.text);
    json!({ "range": { "start": from, "end": to }, "text": edit.text })
}

/// Returns the server's judgement of a text: its problems in a version, and its formatted text or why there is none.
fn judgement(client: &mut Client, uri: &str, version: i32) -> (Value, Value) {
    let is_last = |params: &Value| params["uri"] == uri && params["version"] == version;
    let mut problems = client.wait("textDocument/publishDiagnostics", is_last)["diagnostics"].take();
    for problem in problems.as_array_mut().unwrap() {
        // Places in this text, by its URI.
        problem.as_object_mut().unwrap().remove("relatedInformation");
    }
    let parameters = json!({ "textDocument": { "uri": uri }, "options": crate::lsp::client::options() });
    let id = client.request("textDocument/formatting", parameters);
    let mut answer = client.answer(&id);
    answer.as_object_mut().unwrap().remove("id");
    (problems, answer)
}

#[test]
fn texts_stay_the_same() {
    let tree = Tree::new();
    // A case is a function that changes nothing, as the runner has it.
    let clients = RefCell::new(Units::ALL.map(|(encoding, units)| {
        (Client::session_with(tree.folder(), json!({ "automata": false }), &[encoding]), units)
    }));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 40, ..ProptestConfig::default() });
    let number = Cell::new(0);
    let strategy = (pieces(10), edits(), any::<bool>());
    let result = runner.run(&strategy, |(pieces, edits, together)| {
        let start = format!("profile p {{\n{pieces}\n}}\n");
        for (client, units) in &mut *clients.borrow_mut() {
            number.set(number.get() + 1);
            let number = number.get();
            let (uri, fresh) =
                (tree.uri(&format!("policy/edited{number}")), tree.uri(&format!("policy/fresh{number}")));
            client.open(&uri, &start);
            let mut text = start.clone();
            let mut changes: Vec<Value> = edits.iter().map(|edit| change(&mut text, edit, *units)).collect();
            let mut version = 1;
            while !changes.is_empty() {
                version += 1;
                let some = if together { changes.len() } else { 1 };
                client.change(&uri, version, changes.drain(..some).collect());
            }
            let edited = judgement(client, &uri, version);
            client.close(&uri);
            client.open(&fresh, &text);
            let expected = judgement(client, &fresh, 1);
            client.close(&fresh);
            prop_assert_eq!(&edited, &expected, "{:?} {:?}", units, text);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    for (client, _) in clients.into_inner() {
        client.finish();
    }
}
