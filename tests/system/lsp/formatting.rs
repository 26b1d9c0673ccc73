//! Formatting of a text, of some lines, and of the line that is written.

use serde_json::{Value, json};

use crate::lsp::client::{Client, options};
use crate::lsp::text::{Units, at, range};
use crate::lsp::tree::{ALPHA, MANIFEST, Tree};

const UNTIDY: &str = "\
profile   tidy /usr/bin/tidy   {
    /etc/passwd   r ,
  capability   chown ,
      network inet   stream,
}
";

const TIDY: &str = "\
profile tidy /usr/bin/tidy {
  /etc/passwd r,
  capability chown,
  network inet stream,
}
";

fn format_range(client: &mut Client, uri: &str, range: &Value) -> Value {
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "options": options() });
    client.ask("textDocument/rangeFormatting", params)
}

fn format_on_type(client: &mut Client, uri: &str, position: Value, typed: &str) -> Value {
    let params = json!({ "textDocument": { "uri": uri }, "position": position, "ch": typed, "options": options() });
    client.ask("textDocument/onTypeFormatting", params)
}

#[test]
fn all_of_a_text() {
    let tree = Tree::new();
    let (mut client, [alpha]) = tree.session(["policy/usr.bin.alpha"]);
    assert_eq!(client.format(&alpha), json!([]), "the tree's profiles are in canonical form");
    client.replace(&alpha, 2, UNTIDY);
    let edits = client.format(&alpha);
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), TIDY);
    insta::assert_json_snapshot!(tree.redact(&edits));
    client.replace(&alpha, 3, TIDY);
    assert_eq!(client.format(&alpha), json!([]));
    client.finish();
}

#[test]
fn some_lines() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    client.replace(&uri, 2, UNTIDY);
    let edits = format_range(&mut client, &uri, &range(UNTIDY, "capability"));
    let expected = UNTIDY.replace("  capability   chown ,", "  capability chown,");
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), expected);
    // A range of whole lines ends where the next begins, which it is not about.
    let edits = format_range(&mut client, &uri, &range(UNTIDY, "  capability   chown ,\n"));
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), expected);
    let edits = format_range(&mut client, &uri, &range(UNTIDY, UNTIDY));
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), TIDY);
    client.finish();
}

#[test]
fn while_it_is_written() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    client.replace(&uri, 2, UNTIDY);
    let edits = format_on_type(&mut client, &uri, at(UNTIDY, "chown ,|"), ",");
    let expected = UNTIDY.replace("  capability   chown ,", "  capability chown,");
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), expected);
    let edits = format_on_type(&mut client, &uri, at(UNTIDY, "chown ,\n|"), "\n");
    assert_eq!(Units::Utf16.apply(UNTIDY, &edits), expected);
    // What is not finished is left alone, and nothing is said about it.
    let unfinished = "profile x {\n  /etc/passwd   r ,\n  /etc/sh\n";
    client.replace(&uri, 3, unfinished);
    assert_eq!(format_on_type(&mut client, &uri, at(unfinished, "/etc/sh|"), ","), Value::Null);
    client.finish();
}

#[test]
fn manifests() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["cluster/profiles.yaml"]);
    let untidy = MANIFEST.replace("      /srv/web/** r,", "        /srv/web/**   r ,");
    client.replace(&uri, 2, &untidy);
    let edits = client.format(&uri);
    let formatted = Units::Utf16.apply(&untidy, &edits);
    assert!(formatted.contains("\n      /srv/web/** r,\n"), "{formatted}");
    assert!(formatted.starts_with("apiVersion: v1\nkind: ConfigMap\n"), "{formatted}");
    client.replace(&uri, 3, &formatted);
    assert_eq!(client.format(&uri), json!([]));
    client.finish();
}

/// Positions of edits count what client and server agreed on.
#[test]
fn beside_characters_of_many_units() {
    let tree = Tree::new();
    let untidy = "# 𝄞 e\u{301} ä\nprofile x {\n  \"/ä/𝄞/e\u{301}\"   r, # ä𝄞\n  /y   r , # 𝄞\n}\n";
    for (encoding, units) in Units::ALL {
        let mut client = Client::session_with(tree.folder(), json!({}), &[encoding]);
        let uri = tree.uri("policy/usr.bin.alpha");
        client.open(&uri, untidy);
        let edits = client.format(&uri);
        let formatted = units.apply(untidy, &edits);
        client.replace(&uri, 2, &formatted);
        assert_eq!(client.format(&uri), json!([]), "{encoding}: {formatted}");
        // After the characters of many units, a part of a line is changed.
        let (start, end) = (untidy.find("   r,").unwrap(), untidy.find(" r, # ä").unwrap());
        let place = json!({ "start": units.position(untidy, start), "end": units.position(untidy, end) });
        client.replace(&uri, 3, untidy);
        client.change(&uri, 4, json!([{ "range": place, "text": "" }]));
        let changed = untidy.replacen("   r,", " r,", 1);
        let edits = client.format(&uri);
        assert_eq!(units.apply(&changed, &edits), formatted, "{encoding}");
        client.finish();
    }
}

#[test]
fn the_tree_stays_what_it_was() {
    let tree = Tree::new();
    let before = tree.policy();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    let untidy = ALPHA.replace("  ", "     ").replace(" {", "   {");
    client.replace(&uri, 2, &untidy);
    let edits = client.format(&uri);
    tree.write("policy/usr.bin.alpha", &Units::Utf16.apply(&untidy, &edits));
    assert_eq!(tree.policy(), before);
    client.finish();
}
