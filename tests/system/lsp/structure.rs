//! The parts of texts: symbols, folding, selection, tokens; and help with the syntax of rules.

use serde_json::{Value, json};

use crate::lsp::text::{Units, at, slice};
use crate::lsp::tree::{ALPHA, MANIFEST, Tree};

const FILES: [&str; 2] = ["policy/usr.bin.alpha", "cluster/profiles.yaml"];

#[test]
fn symbols_of_texts() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    for (uri, name) in uris.iter().zip(["profile", "manifest"]) {
        let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
        insta::assert_json_snapshot!(format!("symbols_of_a_{name}"), tree.redact(&symbols));
    }
    client.finish();
}

#[test]
fn what_can_be_folded() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    for (uri, text) in uris.iter().zip([ALPHA, MANIFEST]) {
        let lines: Vec<&str> = text.lines().collect();
        let ranges = client.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } }));
        let folded: Vec<String> = ranges
            .as_array()
            .unwrap()
            .iter()
            .map(|range| {
                let line = |key: &str| lines[usize::try_from(range[key].as_u64().unwrap()).unwrap()].trim();
                format!("{} … {}", line("startLine"), line("endLine"))
            })
            .collect();
        insta::assert_json_snapshot!(folded);
    }
    client.finish();
}

#[test]
fn what_is_selected_step_by_step() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    let places = ["@{spo|ol}/alpha", "cho|wn kill", "  ^wor|ker", "set=(te|rm", "# Sta|rts"];
    let positions: Vec<Value> = places.iter().map(|place| at(ALPHA, place)).collect();
    let answer = client
        .ask("textDocument/selectionRange", json!({ "textDocument": { "uri": uris[0] }, "positions": positions }));
    let mut found = Vec::new();
    for (start, position) in answer.as_array().unwrap().iter().zip(&positions) {
        let mut steps = Vec::new();
        let (mut inner, mut next) = (Units::Utf16.offset(ALPHA, position), Some(start));
        let mut behind = inner;
        while let Some(range) = next {
            let text = slice(ALPHA, &range["range"]);
            let begin = Units::Utf16.offset(ALPHA, &range["range"]["start"]);
            assert!(begin <= inner && behind <= begin + text.len(), "each holds the one before");
            (inner, behind) = (begin, begin + text.len());
            let line = text.lines().next().unwrap_or_default();
            steps.push(if text.contains('\n') {
                format!("{line} … ({} lines)", text.lines().count())
            } else {
                line.into()
            });
            next = range.get("parent");
        }
        found.push(steps);
    }
    assert_eq!(found.len(), places.len());
    insta::assert_json_snapshot!(found);
    client.finish();
}

#[test]
fn what_words_are() {
    let tree = Tree::new();
    let mut client = crate::lsp::client::Client::start();
    let initialized = client.initialize(tree.folder(), json!({}), &["utf-16"]);
    let legend = &initialized["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
    for (name, text) in FILES.iter().zip([ALPHA, MANIFEST]) {
        let uri = tree.uri(name);
        client.open(&uri, text);
        let tokens = client.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } }));
        let numbers: Vec<u64> =
            tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
        assert_eq!(numbers.len() % 5, 0);
        let (mut line, mut character, mut end) = (0, 0, 0);
        let mut found = Vec::new();
        for token in numbers.chunks(5) {
            if token[0] > 0 {
                (line, character, end) = (line + token[0], 0, 0);
            }
            character += token[1];
            assert!(character >= end && token[2] > 0, "tokens do not overlap");
            end = character + token[2];
            let place = json!({
                "start": { "line": line, "character": character }, "end": { "line": line, "character": end },
            });
            let word = slice(text, &place);
            assert_eq!(word.encode_utf16().count() as u64, token[2], "tokens end in their line");
            found.push(format!("{word} {}", legend[usize::try_from(token[3]).unwrap()].as_str().unwrap()));
        }
        insta::assert_json_snapshot!(found);
    }
    client.finish();
}

#[test]
fn help_with_rules() {
    let tree = Tree::new();
    let (mut client, [uri, _]) = tree.session(FILES);
    let mut found = serde_json::Map::new();
    let rules = [
        "  capability |",
        "  network inet |",
        "  signal send set=(|",
        "  mount |",
        "  mount options=(ro) /a -> |",
        "  ptrace (|",
        "  /etc/x |",
        "  change_profile |",
        "  unix (send) |",
        "  dbus send |",
        "  set rlimit |",
    ];
    for (number, rule) in rules.into_iter().enumerate() {
        let text = ALPHA.replace("  capability chown kill,", &rule.replace('|', ""));
        client.replace(&uri, i32::try_from(number).unwrap() + 2, &text);
        let position = at(&text, &format!("{rule}\n  network inet stream,"));
        let help =
            client.ask("textDocument/signatureHelp", json!({ "textDocument": { "uri": uri }, "position": position }));
        found.insert(rule.into(), help);
    }
    insta::assert_json_snapshot!(Value::from(found));
    client.finish();
}
