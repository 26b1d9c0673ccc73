//! `armorer search` as other programs call it.

use std::path::Path;

use serde_json::Value;

use crate::support::command::{run, status, text};

fn search(directory: &Path, tree: &str, words: &[&str]) -> (i32, String, String) {
    let options = words.iter().take_while(|word| word.starts_with("--")).count();
    let (options, question) = words.split_at(options);
    let arguments = [&["search", "--features", "linux-7.2", "--base", "."], options, &[tree], question].concat();
    let output = run(directory, &arguments, b"");
    (status(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(directory.path().join("d")).expect("a directory");
    std::fs::create_dir(directory.path().join("d/abstractions")).expect("a directory");
    for (name, text) in [
        ("abstractions/names", "  /etc/{passwd,group} r,\n"),
        ("a", "profile a {\n  include <abstractions/names>\n}\n"),
        ("b", "profile b {\n  include <abstractions/names>\n  deny /etc/passwd r,\n  owner /etc/x w,\n}\n"),
        ("c", "profile c flags=(complain) {\n  include <abstractions/names>\n  audit /etc/x w,\n}\n"),
        ("e", "profile e flags=(unconfined) { }\n"),
    ] {
        std::fs::write(directory.path().join("d").join(name), text).expect("a file");
    }
    directory
}

#[test]
fn an_abstraction_is_one_line() {
    let directory = tree();
    let (status, out, _) = search(directory.path(), "d", &["file", "/etc/passwd", "r"]);
    let expected = "\
file /etc/passwd r: allowed by 3 of 4 profiles
  2  d/abstractions/names:1:3  /etc/{passwd,group} r,
     a, c
  1  the profile is unconfined: none of this is checked
     e
denied by 1
";
    assert_eq!((status, &*out), (0, expected));

    let (status, out, _) = search(directory.path(), "d", &["--max=1", "file", "/etc/**", "r"]);
    let expected = "\
file '/etc/**' r: allowed by 4 of 4 profiles
  3  d/abstractions/names:1:3  /etc/{passwd,group} r,
     for example file \"/etc/group\"
     a, and 2 more
  1  the profile is unconfined: none of this is checked
     e
";
    assert_eq!((status, &*out), (0, expected));
}

#[test]
fn other_answers() {
    let directory = tree();
    let (status, out, _) = search(directory.path(), "d", &["--show=quiet", "file", "/etc/*", "r"]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    let (status, out, _) = search(directory.path(), "d", &["--show=quiet", "file", "/etc/pass*", "r"]);
    let expected = "\
file '/etc/pass*' r: denied without a record by 1 of 4 profiles
  1  d/b:3:3  deny /etc/passwd r,
     for example file \"/etc/passwd\"
     b
denied by 1
";
    assert_eq!((status, &*out), (0, expected));
    let (status, out, _) = search(directory.path(), "d", &["--show=denied", "capability", "chown"]);
    let expected = "\
capability chown: denied by 3 of 4 profiles
  3  no rule allows it
     a, b, c (only logged)
";
    assert_eq!((status, &*out), (0, expected));
    let (status, out, _) = search(directory.path(), "d", &["--json", "--show=audited", "file", "/etc/?", "w"]);
    let json: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &json["question"], &json["profiles"]), (0, &"file '/etc/?' w".into(), &4.into()));
    assert_eq!(json["groups"][0]["profiles"], serde_json::json!(["c"]));
    assert_eq!(json["found"][0]["witness"], "file \"/etc/x\"");
}

#[test]
fn what_cannot_be_answered() {
    let directory = tree();
    assert_eq!(search(directory.path(), "d", &["file", "/etc/**", "m"]).0, 0);
    std::fs::remove_file(directory.path().join("d/e")).expect("removed");
    let (status, out, _) = search(directory.path(), "d", &["file", "/etc/**", "m"]);
    assert_eq!(
        (status, &*out),
        (1, "file '/etc/**' m: allowed by 0 of 3 profiles\ndenied by 3, of which 1 in complain mode only log it\n")
    );
    // The answer of a tree of which a part cannot be read is no answer.
    std::fs::write(directory.path().join("d/f"), "profile f { /a z, }\n").expect("a file");
    let (status, out, errors) = search(directory.path(), "d", &["file", "/etc/passwd", "r"]);
    assert_eq!(status, 2);
    assert!(out.contains("allowed by 2 of 3") && errors.contains("d/f:1"), "{out}{errors}");
    for words in [&["file", "/a[", "r"][..], &["fiel", "/a", "r"], &["unix", "stream", "@a*"]] {
        let (status, out, errors) = search(directory.path(), "d/a", words);
        let told = errors.contains("armorer: ") && out.is_empty();
        assert!(status == 2 && told, "{words:?}: {status} {out} {errors}");
    }
}
