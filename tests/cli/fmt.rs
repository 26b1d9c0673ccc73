//! `armorer fmt` as other programs call it.

use std::fs;
use std::path::Path;

use crate::support::command::{run, status, text};

const UNTIDY: &str = "profile p {\n    /b   r,\n    /a   r,\n}\n";

fn fmt(directory: &Path, arguments: &[&str], stdin: &str) -> std::process::Output {
    run(directory, &[&["fmt"], arguments].concat(), stdin.as_bytes())
}

#[test]
fn sorting_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(text(&fmt(directory.path(), &[], UNTIDY).stdout), "profile p {\n  /b r,\n  /a r,\n}\n");
    assert_eq!(text(&fmt(directory.path(), &["--sort"], UNTIDY).stdout), "profile p {\n  /a r,\n  /b r,\n}\n");
}

#[test]
fn what_cannot_be_proved_is_not_sorted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p");
    let profile = UNTIDY.replace("{\n", "{\n    include <abstractions/own>\n");
    fs::write(&path, &profile).unwrap();
    let output = fmt(directory.path(), &["--sort", "p"], "");
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("sort-unproved"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(&path).unwrap(), profile);

    fs::create_dir_all(directory.path().join("base/abstractions")).unwrap();
    fs::write(directory.path().join("base/abstractions/own"), "  /own r,\n").unwrap();
    for base in [&["--base", "base"][..], &["-I", "base"]] {
        fs::write(&path, &profile).unwrap();
        assert_eq!(status(&fmt(directory.path(), &[base, &["--sort", "p"]].concat(), "")), 0);
        let sorted = "profile p {\n  include <abstractions/own>\n  /a r,\n  /b r,\n}\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), sorted);
    }
}

#[test]
fn lines_of_one_input() {
    let directory = tempfile::tempdir().unwrap();
    let output = fmt(directory.path(), &["--lines", "3:3"], UNTIDY);
    assert_eq!((status(&output), text(&output.stdout)), (0, "profile p {\n    /b   r,\n  /a r,\n}\n"));
    fs::write(directory.path().join("p"), UNTIDY).unwrap();
    for wrong in [&["--lines", "3"][..], &["--lines", "0:3"], &["--lines", "4:3"], &["--lines", "1:2", "p", "p"]] {
        assert_eq!(status(&fmt(directory.path(), wrong, "")), 2, "{wrong:?}");
    }
    let manifest = ["--lines", "1:2", "--stdin-filename", "m.yaml"];
    assert_eq!(status(&fmt(directory.path(), &manifest, "kind: ConfigMap\n")), 2);
}

#[test]
fn standard_input_has_a_name() {
    let directory = tempfile::tempdir().unwrap();
    let named = |arguments: &[&str], stdin: &str| {
        fmt(directory.path(), &[&["--stdin-filename", "etc/p.conf"], arguments].concat(), stdin)
    };
    assert!(text(&named(&["--diff"], UNTIDY).stdout).starts_with("--- etc/p.conf\n+++ etc/p.conf\n@@ "));
    assert_eq!(text(&named(&["--check"], UNTIDY).stdout), "etc/p.conf\n");
    let output = named(&[], "profile p {\n  /a r\n}\n");
    assert_eq!((status(&output), text(&output.stdout)), (1, ""));
    assert!(text(&output.stderr).contains("etc/p.conf:2:7"), "{}", text(&output.stderr));
}

#[test]
fn files_with_errors_stay_and_the_others_do_not() {
    let directory = tempfile::tempdir().unwrap();
    let broken = UNTIDY.replace("/b   r,", "/b   r");
    fs::write(directory.path().join("a"), &broken).unwrap();
    fs::write(directory.path().join("b"), UNTIDY).unwrap();
    let output = fmt(directory.path(), &["a", "b"], "");
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("missing-comma"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(directory.path().join("a")).unwrap(), broken);
    assert_ne!(fs::read_to_string(directory.path().join("b")).unwrap(), UNTIDY);
    assert_eq!(status(&fmt(directory.path(), &["b", "nowhere"], "")), 2);
}

#[test]
fn cr_lf_is_noted() {
    let directory = tempfile::tempdir().unwrap();
    let output = fmt(directory.path(), &[], "profile p {\r\n  /a r,\r\n}\r\n");
    assert_eq!((status(&output), text(&output.stdout)), (0, "profile p {\n  /a r,\n}\n"));
    assert!(text(&output.stderr).contains("carriage-return"), "{}", text(&output.stderr));
}

#[test]
fn regions_stay() {
    let directory = tempfile::tempdir().unwrap();
    let profile = "profile p {\n    # fmt: off\n    /b   r,\n    # fmt: on\n    /a   r,\n}\n";
    let output = fmt(directory.path(), &["--sort"], profile);
    let expected = "profile p {\n    # fmt: off\n    /b   r,\n  # fmt: on\n  /a r,\n}\n";
    assert_eq!((status(&output), text(&output.stdout)), (0, expected));
}
