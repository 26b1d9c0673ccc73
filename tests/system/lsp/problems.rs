//! Problems of texts, while they are written and while their includes change.

use serde_json::{Value, json};

use crate::lsp::client::Client;
use crate::lsp::text::{at, slice};
use crate::lsp::tree::{ALPHA, BETA, MANIFEST, TOML, Tree};

const ALPHA_FILE: &str = "policy/usr.bin.alpha";
const COMMON: &str = "policy/abstractions/common";

/// `FileChangeType`s.
const CREATED: u32 = 1;
const CHANGED: u32 = 2;
const DELETED: u32 = 3;

/// A session in which nothing is told later that takes automata.
fn quick(tree: &Tree) -> Client {
    Client::session_with(tree.folder(), json!({ "automata": false }), &["utf-16"])
}

fn watched(client: &mut Client, uri: &str, kind: u32) {
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": kind }] }));
}

fn has(problems: &[Value], code: &str) -> bool {
    problems.iter().any(|problem| problem["code"] == code)
}

fn find<'p>(problems: &'p [Value], code: &str) -> &'p Value {
    problems.iter().find(|problem| problem["code"] == code).unwrap()
}

#[test]
fn as_a_profile_is_written() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri(ALPHA_FILE);
    client.open(&uri, ALPHA);
    client.problems(&uri, |problems| !problems.iter().any(|problem| problem["severity"] == 1));
    // A comma goes, and comes again.
    let comma = json!({ "start": at(ALPHA, "/usr/bin/alpha mr|,"), "end": at(ALPHA, "/usr/bin/alpha mr,|") });
    client.change(&uri, 2, json!([{ "range": comma, "text": "" }]));
    let broken = ALPHA.replace("/usr/bin/alpha mr,", "/usr/bin/alpha mr");
    let problems = client.problem(&uri, "missing-comma");
    insta::assert_json_snapshot!("missing_comma", tree.redact(find(&problems, "missing-comma")));
    assert!(slice(&broken, &find(&problems, "missing-comma")["range"]).len() < 20);
    let gap = json!({ "start": comma["start"], "end": comma["start"] });
    client.change(&uri, 3, json!([{ "range": gap, "text": "," }]));
    client.problems(&uri, |problems| !has(problems, "missing-comma"));
    // Two changes in one message: the second is about the text after the first.
    let top = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    let third = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": 7 } });
    client.change(&uri, 4, json!([{ "range": top, "text": "\n\n" }, { "range": third, "text": "inclode" }]));
    let problems = client.problems(&uri, |problems| problems.iter().any(|problem| problem["severity"] == 1));
    assert_eq!(problems[0]["range"]["start"]["line"], 2, "{problems:?}");
    client.finish();
}

#[test]
fn all_of_a_profile() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri(ALPHA_FILE);
    let text = ALPHA
        .replace("  network", "  /etc/passwd rw,\n  /etc/passwd r,\n  /etc/** wx,\n  capability chown,\n  network");
    client.open(&uri, &text);
    let problems = client.problems(&uri, |problems| !problems.is_empty());
    insta::assert_json_snapshot!(tree.redact(&problems.into()));
    client.finish();
}

#[test]
fn what_takes_automata_comes_too() {
    let tree = Tree::new();
    let mut client = Client::session(tree.folder());
    let uri = tree.uri(ALPHA_FILE);
    let text =
        ALPHA.replace("  network", "  /srv/{a,b}/** rw,\n  /srv/a/x r,\n  /srv/b/x r,\n  /srv/{a,b}/x r,\n  network");
    client.open(&uri, &text);
    client.problems(&uri, |problems| problems.iter().filter(|problem| problem["tags"] == json!([1])).count() >= 3);
    client.finish();
}

#[test]
fn in_what_profiles_include() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let (common, alpha) = (tree.uri(COMMON), tree.uri(ALPHA_FILE));
    let text = tree.read(COMMON);
    client.open(&common, &text);
    // The variables are those of the profiles that include it.
    client.problems(&common, |problems| !problems.iter().any(|problem| problem["severity"] == 1));
    let wrong = text.replace("@{spool}/ r,", "@{spool}/ r,\n@{nothing}/ r,");
    client.replace(&common, 2, &wrong);
    let problems = client.problem(&common, "expand");
    let problem = find(&problems, "expand");
    assert_eq!(slice(&wrong, &problem["range"]), "@{nothing}/");
    let message = problem["message"].as_str().unwrap();
    assert!(
        message.contains("\nnote: as ") && message.ends_with(" includes it"),
        "the profile that decides is named: {message}"
    );
    insta::assert_json_snapshot!("in_an_abstraction", tree.redact(problem));
    // A profile that is opened shows it where it includes the file.
    client.open(&alpha, ALPHA);
    let problems = client.problem(&alpha, "expand");
    let problem = find(&problems, "expand");
    assert!(slice(ALPHA, &problem["range"]).contains("abstractions/common"), "{problem}");
    insta::assert_json_snapshot!("at_the_include", tree.redact(problem));
    // It is fixed there, and so here.
    client.replace(&common, 3, &text);
    client.problems(&alpha, |problems| !has(problems, "expand"));
    client.finish();
}

#[test]
fn closing_takes_them_away() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri(ALPHA_FILE);
    client.open(&uri, "profile x {\n  capability chown\n}\n");
    client.problem(&uri, "missing-comma");
    client.close(&uri);
    client.problems(&uri, <[Value]>::is_empty);
    client.open(&uri, "profile x {\n  capability chown\n}\n");
    client.problem(&uri, "missing-comma");
    client.finish();
}

#[test]
fn files_that_change_on_the_disk() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let (alpha, common) = (tree.uri(ALPHA_FILE), tree.uri(COMMON));
    client.open(&alpha, ALPHA);
    client.problems(&alpha, |problems| !problems.iter().any(|problem| problem["severity"] == 1));
    let text = tree.read(COMMON);
    tree.write(COMMON, "/etc/x r\n");
    watched(&mut client, &common, CHANGED);
    client.problem(&alpha, "missing-comma");
    std::fs::remove_file(tree.path(COMMON)).unwrap();
    watched(&mut client, &common, DELETED);
    client.problem(&alpha, "include-open");
    tree.write(COMMON, &text);
    watched(&mut client, &common, CREATED);
    client.problems(&alpha, |problems| !problems.iter().any(|problem| problem["severity"] == 1));
    client.finish();
}

#[test]
fn the_configuration_changes() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let (alpha, toml) = (tree.uri(ALPHA_FILE), tree.uri("armorer.toml"));
    client.open(&alpha, ALPHA);
    client.problems(&alpha, |problems| !has(problems, "include-open"));
    tree.write("armorer.toml", &TOML.replace("policy", "cluster"));
    watched(&mut client, &toml, CHANGED);
    client.problem(&alpha, "include-open");
    tree.write("armorer.toml", "[target]\nbase = 5\n");
    watched(&mut client, &toml, CHANGED);
    let told = client.wait("window/showMessage", |_| true);
    assert!(told["message"].as_str().unwrap().contains("armorer.toml"), "{told}");
    tree.write("armorer.toml", TOML);
    watched(&mut client, &toml, CHANGED);
    client.problems(&alpha, |problems| !has(problems, "include-open"));
    // The editor's settings go before those of the file.
    let settings = |base: &str| json!({ "settings": { "armorer": { "base": base, "automata": false } } });
    client.notify("workspace/didChangeConfiguration", settings("cluster"));
    client.problem(&alpha, "include-open");
    client.notify("workspace/didChangeConfiguration", settings("policy"));
    client.problems(&alpha, |problems| !has(problems, "include-open"));
    client.finish();
}

#[test]
fn in_manifests() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri("cluster/profiles.yaml");
    let text = MANIFEST
        .replace("@{spool}/job rw,", "@{spool}/job rw")
        .replace("localhostProfile: web", "localhostProfile: wob");
    client.open(&uri, &text);
    let problems = client.problem(&uri, "missing-comma");
    let problem = find(&problems, "missing-comma");
    assert_eq!(problem["range"]["start"]["line"], at(&text, "|@{spool}/job")["line"]);
    insta::assert_json_snapshot!(tree.redact(&problems.into()));
    client.finish();
}

#[test]
fn fixes_of_the_linter() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri("policy/usr.bin.beta");
    let text = BETA.replace("  signal", "  /etc/passwd r,\n  /etc/passwd r,\n  signal");
    client.open(&uri, &text);
    let problems = client.problems(&uri, |problems| problems.iter().any(|problem| problem["tags"] == json!([1])));
    let problem = problems.iter().find(|problem| problem["tags"] == json!([1])).unwrap();
    let list = actions(&mut client, &uri, &problem["range"], Value::Null);
    insta::assert_json_snapshot!("duplicate_rule_fixes", tree.redact(&list));
    let mut quick = list.as_array().unwrap().iter().filter(|action| action["kind"] == "quickfix");
    // The preferred one takes the rule away; the other allows it.
    let fix = quick.clone().find(|action| action["isPreferred"] == true).unwrap();
    assert_eq!(apply(&text, fix).matches("/etc/passwd").count(), 1);
    let code = problem["code"].as_str().unwrap();
    let allow = quick.find(|action| action["title"].as_str().unwrap().contains("Allow")).unwrap();
    let allowed = apply(&text, allow);
    client.replace(&uri, 2, &allowed);
    client.problems(&uri, |problems| !has(problems, code));
    client.replace(&uri, 3, &text);
    client.problem(&uri, code);
    let all = actions(
        &mut client,
        &uri,
        &json!({ "start": at(&text, "|include <tunables"), "end": at(&text, "|include <tunables") }),
        json!(["source.fixAll"]),
    );
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(apply(&text, &all[0]).matches("/etc/passwd").count(), 1);
    // A kind that there is not.
    assert_eq!(actions(&mut client, &uri, &problem["range"], json!(["refactor"])), json!([]));
    client.finish();
}

#[test]
fn what_is_nearly_right_is_replaced() {
    let tree = Tree::new();
    let mut client = quick(&tree);
    let uri = tree.uri(ALPHA_FILE);
    for (code, wrong, title, right) in [
        (
            "include-open",
            "include <abstractions/comon>",
            "Write `abstractions/common`",
            "include <abstractions/common>",
        ),
        ("cap-invalid", "capability chwon,", "Write `chown`", "capability chown,"),
        ("signal-unknown", "signal set=SIGTERM,", "Write `term`", "signal set=term,"),
    ] {
        let text = format!("profile x {{\n  {wrong}\n}}\n");
        client.open(&uri, &text);
        let problems = client.problem(&uri, code);
        let found = actions(&mut client, &uri, &find(&problems, code)["range"], json!(["quickfix"]));
        let found = found.as_array().unwrap().iter().find(|action| action["title"] == title);
        let fixed = apply(&text, found.unwrap_or_else(|| panic!("no fix for {wrong}")));
        assert_eq!(fixed, format!("profile x {{\n  {right}\n}}\n"));
        client.close(&uri);
        client.problems(&uri, <[Value]>::is_empty);
    }
    client.finish();
}

fn actions(client: &mut Client, uri: &str, range: &Value, only: Value) -> Value {
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = only;
    }
    client.ask("textDocument/codeAction", json!({ "textDocument": { "uri": uri }, "range": range, "context": context }))
}

/// The text after an action that changes only this one.
fn apply(text: &str, action: &Value) -> String {
    let changes = action["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    crate::lsp::text::Units::Utf16.apply(text, &changes[0]["edits"])
}
