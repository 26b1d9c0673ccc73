//! Help while profiles are written: hover, completion, costs, and queries.

use serde_json::{Value, json};

use crate::lsp::client::Client;
use crate::lsp::text::at;
use crate::lsp::tree::{ALPHA, MANIFEST, Tree};

fn params(uri: &str, position: Value) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": position })
}

#[test]
fn what_words_mean() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    let mut found = serde_json::Map::new();
    for place in [
        "include <tunables/glo|bal>",
        "  capab|ility chown",
        "capability cho|wn",
        "network in|et",
        "signal sen|d",
        "set=(te|rm",
        "options=(ro, bi|nd)",
        "  /usr/bin/alp|ha mr",
        "/usr/bin/beta P|x",
        "Px -> be|ta",
        "  @{spo|ol}/alpha/",
        "alpha/** rw|k",
        "  own|er /tmp",
        "/tmp/alpha-|*",
        "profile al|pha",
        "  ^wor|ker",
    ] {
        let answer = client.ask("textDocument/hover", params(&uri, at(ALPHA, place)));
        assert!(!answer.is_null(), "nothing at {place}");
        found.insert(place.trim().to_owned(), tree.redact(&answer));
    }
    insta::assert_json_snapshot!(Value::from(found));
    for place in ["# Starts b|eta", "\n|\n#"] {
        assert_eq!(client.ask("textDocument/hover", params(&uri, at(ALPHA, place))), Value::Null, "{place}");
    }
    client.finish();
}

/// Returns the completions in place of the mark, and the number of those that are not shown.
fn completions(client: &mut Client, uri: &str, version: i32, text: &str, marked: &str) -> Value {
    let position = at(text, marked);
    client.replace(uri, version, text);
    let answer = client.ask("textDocument/completion", params(uri, position));
    let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
    let labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
    let mut once = labels.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), labels.len(), "twice the same at {marked}: {labels:?}");
    json!({ "count": labels.len(), "first": &labels[..labels.len().min(10)] })
}

#[test]
fn what_may_be_written() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    let mut found = serde_json::Map::new();
    let machine = format!("/etc/x r,\n  {}/pol|", tree.folder().display());
    let places = [
        "  |",
        "  cap|",
        "  capability |",
        "  capability net_|",
        "  network |",
        "  network inet |",
        "  signal |",
        "  signal send set=(|",
        "  signal send peer=|",
        "  ptrace |",
        "  mount options=(|",
        "  include <|",
        "  include <abstractions/|",
        "  include if exists <tun|",
        "  @{|",
        "  @{sp|",
        "  /usr/bin/beta |",
        "  /usr/bin/beta Px -> |",
        "  /usr/bin/helper Cx -> |",
        "  change_profile -> |",
        "  deny |",
        "  owner |",
        "  audit |",
        "  unix |",
        "  dbus |",
        "  rlimit |",
        "  set rlimit |",
        "  userns |",
        "  io_uring |",
        machine.as_str(),
    ];
    for (number, place) in places.into_iter().enumerate() {
        let text = ALPHA.replace("  capability chown kill,", &place.replace('|', ""));
        let marked = format!("{place}\n  network inet stream,");
        let answer = completions(&mut client, &uri, i32::try_from(number).unwrap() + 2, &text, &marked);
        let name = place.replace(tree.folder().to_str().unwrap(), "/TREE");
        found.insert(name, answer);
    }
    // Outside of profiles, and in a manifest.
    let top = format!("{ALPHA}\n\n");
    let marked = "  }\n}\n\n|\n";
    found.insert("at the end of the file".into(), completions(&mut client, &uri, 100, &top, marked));
    let manifest = tree.uri("cluster/profiles.yaml");
    client.open(&manifest, MANIFEST);
    let text = MANIFEST.replace("/srv/web/** r,", "capability net_");
    found.insert("manifest".into(), completions(&mut client, &manifest, 2, &text, "capability net_|"));
    insta::assert_json_snapshot!(Value::from(found));
    client.finish();
}

/// Choosing from the list inserts the announced text.
#[test]
fn what_is_chosen_is_written() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    for (number, (before, label, after)) in [
        ("  capability net_adm", "net_admin", "  capability net_admin"),
        ("  include <abstractions/lib", "abstractions/libraries", "  include <abstractions/libraries"),
        ("  @{spo", "spool", "  @{spool}"),
        ("  /usr/bin/beta Px -> be", "beta", "  /usr/bin/beta Px -> beta"),
    ]
    .into_iter()
    .enumerate()
    {
        let text = ALPHA.replace("  capability chown kill,", before);
        client.replace(&uri, i32::try_from(number).unwrap() + 2, &text);
        let position = at(&text, &format!("{before}|\n  network"));
        let answer = client.ask("textDocument/completion", params(&uri, position.clone()));
        let items = answer.get("items").unwrap_or(&answer).as_array().unwrap();
        let is_it = |item: &&Value| {
            let label_of = item["label"].as_str().unwrap();
            label_of == label || label.ends_with(label_of) || label_of.contains(label)
        };
        let item = items.iter().find(is_it).unwrap_or_else(|| panic!("{label} is not among {answer:.2000}"));
        let edit = &item["textEdit"];
        let range =
            edit.get("range").or_else(|| edit.get("insert")).expect("an edit: words end differently for each client");
        let edit = json!([{ "range": range, "newText": edit["newText"] }]);
        let written = crate::lsp::text::Units::Utf16.apply(&text, &edit);
        assert!(written.contains(&format!("\n{after}")), "{written}");
    }
    client.finish();
}

#[test]
fn what_rules_cost() {
    let tree = Tree::new();
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    for costs in [false, true] {
        let mut client = Client::session_with(tree.folder(), json!({ "costs": costs }), &["utf-16"]);
        let uri = tree.uri("policy/usr.bin.alpha");
        client.open(&uri, ALPHA);
        let hints = client.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": uri }, "range": range }));
        if costs {
            insta::assert_json_snapshot!(tree.redact(&hints));
        } else {
            assert!(hints.is_null() || hints == json!([]), "nobody asked: {hints}");
        }
        client.finish();
    }
}

#[test]
fn what_a_profile_may_do() {
    let tree = Tree::new();
    let (mut client, [uri, manifest]) = tree.session(["policy/usr.bin.alpha", "cluster/profiles.yaml"]);
    let mut ask = |argument: Value| {
        client.ask("workspace/executeCommand", json!({ "command": "armorer.query", "arguments": [argument] }))
    };
    for (profile, access, allowed) in [
        ("alpha", "file /var/spool/demo/alpha/x rw", true),
        ("alpha", "file /srv/spool/alpha/x k", true),
        ("alpha", "/etc/shadow", false),
        ("alpha", "file /etc/ld.so.cache w", false),
        ("alpha", "capability chown", true),
        ("alpha", "capability sys_admin", false),
        ("alpha//worker", "file /var/spool/demo/work r", true),
        ("alpha//worker", "/etc/ld.so.cache", false),
    ] {
        let answer = ask(json!({ "uri": uri, "profile": profile, "access": access }));
        assert_eq!(answer["allowed"], allowed, "{profile} {access}: {answer}");
    }
    let at_place =
        ask(json!({ "uri": uri, "position": at(ALPHA, "@{spool}/wo|rk"), "access": "/var/spool/demo/work" }));
    insta::assert_json_snapshot!(tree.redact(&at_place));
    assert_eq!(ask(json!({ "uri": manifest, "profile": "web", "access": "file /srv/web/x r" }))["allowed"], true);
    for argument in [
        json!({ "uri": uri, "profile": "nobody", "access": "/etc/shadow" }),
        json!({ "uri": uri, "profile": "alpha", "access": "" }),
        json!({ "uri": uri, "profile": "alpha", "access": "nonsense at all" }),
        json!({ "uri": tree.uri("policy/usr.bin.beta"), "access": "/etc/shadow" }),
        json!(5),
    ] {
        client.refused("workspace/executeCommand", json!({ "command": "armorer.query", "arguments": [argument] }));
    }
    client.refused("workspace/executeCommand", json!({ "command": "nothing" }));
    client.finish();
}
