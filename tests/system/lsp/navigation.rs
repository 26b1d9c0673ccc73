//! Definitions, references and renaming of names.

use serde_json::{Value, json};

use crate::lsp::client::Client;
use crate::lsp::text::at;
use crate::lsp::tree::{ALPHA, BETA, MANIFEST, Tree};

const FILES: [&str; 3] = ["policy/usr.bin.alpha", "policy/usr.bin.beta", "cluster/profiles.yaml"];

fn ask_at(client: &mut Client, method: &str, uri: &str, position: Value) -> Value {
    let context = json!({ "includeDeclaration": true });
    client.ask(method, json!({ "textDocument": { "uri": uri }, "position": position, "context": context }))
}

/// Names in the tree: their number among the files, and where they stand.
const NAMES: [(usize, &str); 11] = [
    (0, "include <tunables/glo|bal>"),
    (0, "chown kill,\n  network inet stream,\n  signal send set=(term, hup) peer=be|ta"),
    (0, "/usr/bin/beta Px -> be|ta"),
    (0, "/usr/bin/helper Cx -> hel|per"),
    (0, "  @{spo|ol}/alpha/"),
    (0, "profile al|pha"),
    (0, "  ^wor|ker"),
    (1, "change_profile -> alpha//hel|per"),
    (1, "  @{spo|ol}/gamma"),
    (2, "localhostProfile: we|b"),
    (2, "Px -> jo|b"),
];

#[test]
fn definitions_and_references() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    let texts = [ALPHA, BETA, MANIFEST];
    let mut found = serde_json::Map::new();
    for (file, name) in NAMES {
        let position = at(texts[file], name);
        let mut answers = serde_json::Map::new();
        for what in ["definition", "references", "documentHighlight", "prepareRename"] {
            let answer = ask_at(&mut client, &format!("textDocument/{what}"), &uris[file], position.clone());
            answers.insert(what.into(), tree.redact(&answer));
        }
        // The start of what goes before is only there to name one place.
        let name = name.rsplit('\n').next().unwrap().trim();
        found.insert(format!("{} {name}", FILES[file]), answers.into());
    }
    insta::assert_json_snapshot!(Value::from(found));
    // Nothing is named here.
    for (text, place) in [(ALPHA, "# Starts b|eta"), (ALPHA, "capability cho|wn"), (ALPHA, "\n|\n#")] {
        for what in ["definition", "references", "documentHighlight", "prepareRename"] {
            let answer = ask_at(&mut client, &format!("textDocument/{what}"), &uris[0], at(text, place));
            assert!(answer.is_null() || answer == json!([]), "{what} at {place}: {answer}");
        }
    }
    client.finish();
}

#[test]
fn symbols_of_the_workspace() {
    let tree = Tree::new();
    let (mut client, _) = tree.session([]);
    let mut found = serde_json::Map::new();
    for query in ["", "spool", "help", "aa", "JOB", "nothing at all"] {
        let answer = client.ask("workspace/symbol", json!({ "query": query }));
        found.insert(query.to_owned(), tree.redact(&answer));
    }
    insta::assert_json_snapshot!(Value::from(found));
    client.finish();
}

fn rename(client: &mut Client, uri: &str, position: Value, name: &str) -> Value {
    client.ask("textDocument/rename", json!({ "textDocument": { "uri": uri }, "position": position, "newName": name }))
}

#[test]
fn variables_get_other_names() {
    let tree = Tree::new();
    let before = tree.policy();
    let (mut client, uris) = tree.session(FILES);
    let edit = rename(&mut client, &uris[0], at(ALPHA, "  @{spo|ol}/alpha/"), "queue");
    for change in edit["documentChanges"].as_array().unwrap() {
        // What is open has its version.
        let (uri, version) = (&change["textDocument"]["uri"], &change["textDocument"]["version"]);
        assert_eq!(version, &if uris.iter().any(|open| uri == open) { json!(1) } else { Value::Null }, "{uri}");
    }
    let changed = tree.apply(&edit);
    assert_eq!(
        changed,
        [
            "cluster/profiles.yaml",
            "policy/abstractions/common",
            "policy/tunables/global",
            "policy/tunables/places",
            "policy/usr.bin.alpha",
            "policy/usr.bin.beta",
        ]
    );
    for name in &changed {
        assert!(!tree.read(name).contains("@{spool}"), "{name}");
    }
    assert_eq!(tree.policy(), before);
    client.finish();
}

/// The policy is that of the same tree with the name changed by hand.
fn renamed_by_hand(file: usize, place: &str, name: &str, by_hand: &[(usize, &str, &str)]) {
    let texts = [ALPHA, BETA, MANIFEST];
    let expected = Tree::new();
    let before = expected.policy();
    let mut wanted = texts.map(str::to_owned);
    for &(file, old, new) in by_hand {
        assert_eq!(wanted[file].matches(old).count(), 1, "{old}");
        wanted[file] = wanted[file].replace(old, new);
    }
    for (name, text) in FILES.iter().zip(&wanted) {
        expected.write(name, text);
    }
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    let edit = rename(&mut client, &uris[file], at(texts[file], place), name);
    tree.apply(&edit);
    for (name, text) in FILES.iter().zip(&wanted) {
        assert_eq!(&tree.read(name), text, "{name}");
    }
    let after = tree.policy();
    assert_eq!(after, expected.policy());
    assert_ne!(after, before);
    client.finish();
}

#[test]
fn profiles_get_other_names() {
    renamed_by_hand(
        1,
        "profile be|ta",
        "omega",
        &[(0, "peer=beta", "peer=omega"), (0, "Px -> beta", "Px -> omega"), (1, "profile beta ", "profile omega ")],
    );
}

#[test]
fn profiles_with_children_get_other_names() {
    renamed_by_hand(
        0,
        "profile al|pha",
        "first",
        &[
            (0, "profile alpha ", "profile first "),
            (1, "peer=alpha//", "peer=first//"),
            (1, "peer=alpha,", "peer=first,"),
            (1, "-> alpha//", "-> first//"),
        ],
    );
}

#[test]
fn children_get_other_names() {
    renamed_by_hand(
        0,
        "Cx -> hel|per",
        "aide",
        &[
            (0, "Cx -> helper", "Cx -> aide"),
            (0, "profile helper ", "profile aide "),
            (1, "peer=alpha//helper", "peer=alpha//aide"),
            (1, "-> alpha//helper", "-> alpha//aide"),
        ],
    );
}

#[test]
fn profiles_of_manifests_get_other_names() {
    renamed_by_hand(
        2,
        "localhostProfile: we|b",
        "front",
        &[(2, "profile web {", "profile front {"), (2, "localhostProfile: web", "localhostProfile: front")],
    );
}

#[test]
fn names_that_cannot_be_given() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    for (place, name) in [
        ("  @{spo|ol}/alpha/", "a b"),
        ("  @{spo|ol}/alpha/", ""),
        ("  @{spo|ol}/alpha/", "lib"),
        ("profile al|pha", "beta"),
        ("profile al|pha", "a//b"),
        ("profile al|pha", ""),
        ("include <tunables/glo|bal>", "other"),
        ("capability cho|wn", "other"),
    ] {
        let parameters = json!({ "textDocument": { "uri": uris[0] }, "position": at(ALPHA, place), "newName": name });
        let refused = client.refused("textDocument/rename", parameters);
        assert_eq!(refused["code"], -32803, "{place} {name}: {refused}");
    }
    client.finish();
}

#[test]
fn what_starts_what() {
    let tree = Tree::new();
    let (mut client, uris) = tree.session(FILES);
    let mut found = serde_json::Map::new();
    for (file, text, place) in [
        (0, ALPHA, "profile al|pha"),
        (0, ALPHA, "profile hel|per"),
        (1, BETA, "profile be|ta"),
        (2, MANIFEST, "profile w|eb"),
    ] {
        let prepared = ask_at(&mut client, "textDocument/prepareCallHierarchy", &uris[file], at(text, place));
        let item = &prepared[0];
        let mut answers = serde_json::Map::new();
        for direction in ["incomingCalls", "outgoingCalls"] {
            let calls = client.ask(&format!("callHierarchy/{direction}"), json!({ "item": item }));
            answers.insert(direction.into(), tree.redact(&calls));
        }
        answers.insert("item".into(), tree.redact(item));
        found.insert(format!("{} {place}", FILES[file]), answers.into());
    }
    insta::assert_json_snapshot!(Value::from(found));
    client.finish();
}
