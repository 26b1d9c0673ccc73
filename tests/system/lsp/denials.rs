//! Records of denials that are pasted into a profile, or that a command brings.

use serde_json::{Value, json};

use crate::lsp::client::Client;
use crate::lsp::text::Units;
use crate::lsp::tree::{ALPHA, Tree};

fn record(profile: &str, rest: &str) -> String {
    format!(r#"audit: type=1400 audit(1700000000.5:2): apparmor="DENIED" {rest} profile="{profile}" pid=7 comm="x""#)
}

fn open(profile: &str, name: &str, mask: &str) -> String {
    let masks = format!(r#"requested_mask="{mask}" denied_mask="{mask}" fsuid=0 ouid=0"#);
    record(profile, &format!(r#"operation="open" name={name} {masks}"#))
}

/// The position of a text in another one.
fn position(text: &str, needle: &str) -> Value {
    let before = &text[..text.find(needle).unwrap()];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": before.matches('\n').count(), "character": before[line_start..].encode_utf16().count() })
}

fn actions(client: &mut Client, uri: &str, at: &Value) -> Vec<Value> {
    let parameters = json!({
        "textDocument": { "uri": uri },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [] },
    });
    client.ask("textDocument/codeAction", parameters).as_array().unwrap().clone()
}

fn allowing(actions: &[Value]) -> Vec<&Value> {
    actions.iter().filter(|action| action["title"].as_str().unwrap().starts_with("Allow it")).collect()
}

#[test]
fn a_record_in_a_profile_becomes_the_least_rule() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    for (number, (head, line_end)) in [("", "\n"), ("# ", "\n"), ("  #", "\r\n")].into_iter().enumerate() {
        let line = open("alpha", "\"/etc/älpha.conf\"", "r");
        let before = ALPHA.replace('\n', line_end);
        let text = before.replacen("  capability", &format!("{head}{line}{line_end}  capability"), 1);
        client.replace(&uri, i32::try_from(number).unwrap() + 2, &text);
        let at = position(&text, "apparmor=");
        let hover = client.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": at }));
        let told = hover["contents"]["value"].as_str().unwrap();
        assert!(told.contains("no rule for \"alpha\" in ") && told.contains("älpha.conf"), "{told}");
        let found = actions(&mut client, &uri, &at);
        let allow = allowing(&found);
        assert_eq!(
            (&allow[0]["title"], &allow[0]["isPreferred"]),
            (&json!("Allow it: owner \"/etc/älpha.conf\" r,"), &json!(true))
        );
        assert_eq!(allow[0]["kind"], "quickfix");
        let edit = &allow[0]["edit"]["documentChanges"][0];
        assert_eq!((&edit["textDocument"]["uri"], &edit["textDocument"]["version"]), (&json!(uri), &json!(number + 2)));
        let new = Units::Utf16.apply(&text, &edit["edits"]);
        // The record is gone, the rule is there, and nothing else has changed.
        let rule = new.lines().find(|line| line.contains("älpha.conf")).unwrap();
        assert_eq!(rule.trim(), "owner \"/etc/älpha.conf\" r,");
        assert_eq!(new.replacen(&format!("{}{line_end}", rule.trim_end()), "", 1), before, "{new}");
        // Elsewhere there is nothing to allow.
        assert!(allowing(&actions(&mut client, &uri, &position(&text, "network inet"))).is_empty());
        // The reason, on demand.
        let why = found.iter().find(|action| action["title"] == "Why was this denied?").unwrap();
        let command = json!({ "command": why["command"]["command"], "arguments": why["command"]["arguments"] });
        client.ask("workspace/executeCommand", command);
        let message = client.wait("window/showMessage", |_| true);
        assert!(message["message"].as_str().unwrap().contains("no rule for \"alpha\""), "{message}");
    }
    client.finish();
}

#[test]
fn dangers_are_named_and_denials_of_the_user_stay() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    let admin = record("alpha", r#"operation="capable" capability=21 capname="sys_admin""#);
    let text = ALPHA.replacen("  capability", &format!("  {admin}\n  deny /srv/secret r,\n  capability"), 1);
    let text = text + &open("alpha", "\"/srv/secret\"", "r") + "\n";
    client.replace(&uri, 2, &text);
    let found = actions(&mut client, &uri, &position(&text, "sys_admin"));
    let allow = allowing(&found);
    assert_eq!(allow.len(), 1, "{found:?}");
    let title = "Allow it in spite of AA0108: capability sys_admin,";
    assert_eq!((&allow[0]["title"], &allow[0]["isPreferred"]), (&json!(title), &json!(false)));
    let found = actions(&mut client, &uri, &position(&text, "\"/srv/secret\""));
    assert!(allowing(&found).is_empty(), "{found:?}");
    client.finish();
}

#[test]
fn a_log_is_answered_event_by_event() {
    let tree = Tree::new();
    let (mut client, [uri, manifest]) = tree.session(["policy/usr.bin.alpha", "cluster/profiles.yaml"]);
    // The text of the editor counts, not that of the disk.
    let text = ALPHA.replacen("  owner /tmp", "  deny /srv/secret r,\n  owner /tmp", 1);
    client.replace(&uri, 2, &text);
    let log = [
        open("alpha", "\"/srv/secret\"", "r"),
        "Nov 14 22:13:20 host systemd[1]: Started alpha.".to_owned(),
        open("beta", "\"/etc/beta.conf\"", "r"),
        open("beta", "\"/etc/beta.conf\"", "r"),
        open("web", "\"/etc/web.conf\"", "r"),
        open("nobody", "\"/x\"", "r"),
        record("alpha", r#"operation="capable" capability=21 capname="sys_admin""#),
    ];
    let argument = json!({ "log": log.join("\n") });
    let answer = client.ask("workspace/executeCommand", json!({ "command": "armorer.log", "arguments": [argument] }));
    insta::assert_json_snapshot!(tree.redact(&answer));
    let shared = json!({ "log": open("alpha//worker", "\"/etc/ld.so.cache\"", "r"), "abstractions": true });
    let with = client.ask("workspace/executeCommand", json!({ "command": "armorer.log", "arguments": [shared] }));
    let offered = with["events"][0]["candidates"].as_array().unwrap();
    let abstraction = offered.iter().find(|it| it["rules"] == "include <abstractions/common>").unwrap();
    assert_eq!((&abstraction["abstraction"], &abstraction["preferred"]), (&json!(true), &json!(false)));
    // Each edit can be applied.
    let events = answer["events"].as_array().unwrap();
    let edit = |event: usize| &events[event]["candidates"][0]["edit"];
    assert_eq!(tree.apply(edit(1)), ["policy/usr.bin.beta"]);
    assert!(tree.read("policy/usr.bin.beta").contains("  owner /etc/beta.conf r,\n"));
    assert_eq!(edit(2)["documentChanges"][0]["textDocument"]["uri"], manifest);
    assert_eq!(tree.apply(edit(2)), ["cluster/profiles.yaml"]);
    tree.policy();
    for argument in [json!({}), json!({ "log": 5 }), json!("x"), Value::Null] {
        client.refused("workspace/executeCommand", json!({ "command": "armorer.log", "arguments": [argument] }));
    }
    client.finish();
}

#[test]
fn hostile_records_are_escaped_and_bounded() {
    let tree = Tree::new();
    let (mut client, [uri]) = tree.session(["policy/usr.bin.alpha"]);
    let hex = |name: &str| name.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let steering = "/srv/a\u{1b}]0;x\u{7}\n  /** rwix,\n\u{202e}```";
    let long = format!("/srv/{}", "a\n".repeat(2000));
    for name in [steering, &long] {
        let line = open("alpha", &hex(name), "r");
        let text = ALPHA.replacen("  capability", &format!("  {line}\n  capability"), 1);
        client.replace(&uri, 2, &text);
        let at = position(&text, "apparmor=");
        let found = actions(&mut client, &uri, &at);
        let allow = allowing(&found);
        assert!(!allow.is_empty(), "{found:?}");
        let hover = client.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": at }));
        let told = hover["contents"]["value"].as_str().unwrap();
        assert_eq!(told.matches("```").count(), 2, "{told}");
        for shown in allow.iter().map(|action| action["title"].as_str().unwrap()).chain([told]) {
            assert!(shown.chars().count() < 3000, "{shown}");
            let active = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!shown.contains(active), "{}", shown.escape_debug());
        }
        let new = Units::Utf16.apply(&text, &allow[0]["edit"]["documentChanges"][0]["edits"]);
        assert_eq!(new.lines().count(), ALPHA.lines().count() + 1, "one rule, on one line: {new}");
    }
    let many: String = (0..300).map(|number| open("alpha", &format!("\"/srv/{number}\""), "r") + "\n").collect();
    let argument = json!({ "log": many });
    let answer = client.ask("workspace/executeCommand", json!({ "command": "armorer.log", "arguments": [argument] }));
    assert_eq!((answer["events"].as_array().unwrap().len(), &answer["leftOut"]), (50, &json!(250)));
    client.finish();
}
