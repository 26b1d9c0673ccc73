//! `armorer graph` as other programs call it.

use std::path::Path;

use serde_json::Value;

use crate::support::command::{run, status, text};

fn graph(directory: &Path, words: &[&str]) -> (i32, String, String) {
    let arguments = [&["graph", "--features", "linux-7.2", "--base", "."], words, &["d"]].concat();
    let output = run(directory, &arguments, b"");
    (status(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(directory.path().join("d")).expect("a directory");
    for (name, text) in [
        ("a", "profile a /usr/bin/a {\n  /usr/bin/b Px,\n  signal send peer=c,\n}\n"),
        ("b", "profile b /usr/bin/b {\n  /usr/bin/* Ux,\n}\n"),
        ("c", "profile c {\n  /x r,\n}\n"),
    ] {
        std::fs::write(directory.path().join("d").join(name), text).expect("a file");
    }
    directory
}

#[test]
fn ways_have_an_exit_status() {
    let directory = tree();
    let ask = |words: &[&str]| graph(directory.path(), words);
    let (status, out, _) = ask(&["--from", "a", "--to", "unconfined"]);
    assert_eq!((status, out.lines().count()), (0, 3), "{out}");
    assert!(out.contains("d/a:2:3  /usr/bin/b Px,") && out.contains("d/b:2:3  /usr/bin/* Ux,"), "{out}");
    let (status, out, _) = ask(&["--from", "a", "--to", "c"]);
    assert_eq!((status, &*out), (1, "there is no way from a to c\n"));
    let (status, out, error) = ask(&["--from", "unconfinde", "--to", "c"]);
    assert_eq!((status, &*out), (2, ""));
    assert!(error.contains("is it `unconfined`?"), "{error}");
    let (status, out, _) = ask(&["--from", "a", "--to", "unconfined", "--format", "json"]);
    let ways: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &ways["ways"][0][1]["kind"]), (0, &Value::from("unconfined")));
    assert_eq!(ask(&["--from", "a"]).0, 2);
}

#[test]
fn a_graph_has_all_formats() {
    let directory = tree();
    let (status, json, _) = graph(directory.path(), &["--format", "json", "--class", "signal"]);
    let value: Value = serde_json::from_str(&json).expect("JSON");
    let edges = value["edges"].as_array().expect("edges");
    assert!(status == 0 && edges.iter().all(|edge| edge["class"] == "signal"), "{json}");
    let sent = edges.iter().find(|edge| edge["from"] == 0).expect("a signal");
    assert_eq!((&sent["to"], &sent["accepted"]), (&Value::from(2), &Value::from(false)));
    let (_, dot, _) = graph(directory.path(), &["--format", "dot"]);
    assert!(dot.starts_with("digraph") && dot.contains("n0 -> n1 [label=\"exec /usr/bin/b\"];"), "{dot}");
    let (_, mermaid, _) = graph(directory.path(), &["--format", "mermaid"]);
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    let (_, page, _) = graph(directory.path(), &["--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
}

#[test]
fn the_page_has_the_rules_and_findings_of_profiles() {
    let directory = tree();
    let (status, page, error) = graph(directory.path(), &["--format", "html"]);
    assert_eq!(status, 0, "{error}");
    let data = page.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
    let data: Value = serde_json::from_str(data).expect("JSON");
    let details = &data["details"][1];
    assert_eq!((&details["place"], &details["rules"][0][1]), (&"d/b:1:9".into(), &"/usr/bin/* Ux,".into()));
    let findings = details["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["code"] == "AA0101" && finding["line"] == 2), "{details}");
    // Neither `unconfined` nor a profile without findings about its exec rules has this one.
    assert!(data["details"][3].is_null() && !data["details"][2].to_string().contains("AA0101"), "{data}");
}

#[test]
fn a_part_of_a_tree_is_no_answer() {
    let directory = tree();
    std::fs::write(directory.path().join("d/broken"), "profile broken { /x zz, }\n").expect("a file");
    let (status, out, error) = graph(directory.path(), &["--from", "a", "--to", "unconfined"]);
    assert!(status == 2 && out.starts_with("a\n") && error.contains("broken"), "{out}{error}");
}

#[test]
fn what_is_written_and_then_executed_is_a_way_out() {
    let directory = tree();
    std::fs::write(directory.path().join("d/w"), "profile w {\n  /usr/bin/job w,\n  /etc/apparmor.d/local/* w,\n}\n")
        .expect("a file");
    let (status, out, _) = graph(directory.path(), &["--escapes"]);
    let expected = "\
/usr/bin/job: written by w; executed by b
  write d/w:2:3  /usr/bin/job w,
  then  d/b:2:3  /usr/bin/* Ux,
/etc/apparmor.d/local/a: written by w; part of the policy
  write d/w:3:3  /etc/apparmor.d/local/* w,
";
    assert_eq!((status, &*out), (0, expected));
}
