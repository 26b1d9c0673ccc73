//! `armorer dump` and `armorer diff` as people use them, on the example profiles.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::command::{self, status, text};

/// Runs armorer in the project's directory, as the README does.
fn run(arguments: &[&str], stdin: &[u8]) -> Output {
    command::run(Path::new(env!("CARGO_MANIFEST_DIR")), arguments, stdin)
}

const BACKUP: &str = "examples/apparmor.d/backup";
const BASE: [&str; 2] = ["-b", "examples/apparmor.d"];

/// The example with one text in the place of another.
fn edited(from: &str, to: &str) -> String {
    let profile = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(BACKUP)).unwrap();
    assert_eq!(profile.matches(from).count(), 1, "{from}");
    profile.replace(from, to)
}

/// The example on the left, something else on standard input on the right.
fn diff(more: &[&str], stdin: &str) -> Output {
    run(&[&["diff", "--features", "linux-7.2"], &BASE[..], more, &[BACKUP, "-"]].concat(), stdin.as_bytes())
}

#[test]
fn dump_shows_every_field() {
    for kernel in ["linux-6.1", "linux-6.12", "linux-7.2"] {
        let output = run(&[&["dump", "--features", kernel], &BASE[..], &[BACKUP]].concat(), b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        insta::assert_snapshot!(format!("dump_{kernel}"), text(&output.stdout));
    }
}

#[test]
fn dump_takes_blobs_and_text() {
    let profiles = b"profile a { /x r, }\nprofile b { ^h { } }\n";
    let blob = run(&["compile", "-q", "--features", "linux-7.2", "-o", "-", "-"], profiles).stdout;
    let of_blob = run(&["dump", "-"], &blob);
    let of_text = run(&["dump", "--features", "linux-7.2", "-"], profiles);
    assert_eq!((status(&of_blob), status(&of_text)), (0, 0), "{}", text(&of_text.stderr));
    assert_eq!(text(&of_blob.stdout), text(&of_text.stdout));
    let names: Vec<_> = text(&of_blob.stdout).lines().filter(|line| line.starts_with("profile")).collect();
    assert_eq!(names.len(), 3, "{names:?}");

    let json = run(&["dump", "--json", "-"], &blob);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["profiles"][0]["version"]["abi"], 7);
    assert_eq!(json["profiles"][0]["file"]["automaton"]["states"], 4);
    assert_eq!(json["profiles"][2]["name"], "b//h");
    assert_eq!(json["profiles"][2]["flags"][0], "hat");
    assert_eq!(json["fault"], serde_json::Value::Null);
}

#[test]
fn dump_counts_what_walks_cost() {
    let profiles = b"profile a /a { /xy r, }\n";
    let blob = run(&["compile", "-q", "--features", "linux-6.12", "-o", "-", "-"], profiles).stdout;
    let output = run(&["dump", "--statistics", "-"], &blob);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    insta::assert_snapshot!("dump_statistics", text(&output.stdout));
    let json = run(&["dump", "--json", "-"], &blob);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    // `/xy/node-12.4/x86_64`, of which the rule takes three bytes: the rest is walked in the trap, whose cells are the free ones.
    // All bases and defaults lie in a line each, the bytes in three of `check`: 45 to 56, 95 to 111, 120 and 121.
    let walks = &json["profiles"][0]["file"]["automaton"]["walks"];
    assert_eq!(*walks, serde_json::json!({ "walks": 1, "symbols": 20, "lines": [1, 3, 3, 1], "probes": 20 }));
    assert_eq!(status(&run(&["dump", "--statistics", "--json", "-"], &blob)), 2);
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(["dump", "--json", "--features", "linux-7.2", "-b", "examples/apparmor.d", BACKUP])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("armorer runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("armorer ends");
    assert_eq!((status(&output), text(&output.stderr)), (0, ""));
}

#[test]
fn damaged_blobs_are_refused_with_the_place() {
    let mut blob = run(&["compile", "-q", "--features", "linux-7.2", "-o", "-", "-"], b"profile a { /x r, }\n").stdout;
    let cut = run(&["dump", "-"], &blob[..100]);
    assert_eq!(status(&cut), 1);
    let expected = "byte 100: expected a 32-bit number for a capability word, found the end of the policy";
    assert_eq!(text(&cut.stderr), format!("armorer: <stdin>: {expected}\n"));
    assert!(cut.stdout.is_empty());
    // The mode: a policy that can be read, and shown, but not loaded.
    let mode = blob.windows(6).position(|window| window == b"flags\0").unwrap() + 6 + 1 + 5 + 1;
    blob[mode] = 9;
    let unsound = run(&["dump", "-"], &blob);
    assert_eq!(status(&unsound), 1);
    assert_eq!(text(&unsound.stderr), "armorer: <stdin>: kernels reject this policy: profile `a`: unknown mode 9\n");
    assert!(text(&unsound.stdout).contains("mode                   0x9"));
    let output = run(&["dump", "--features", "linux-7.2", "-"], b"profile a { /x q, }\n");
    assert_eq!(status(&output), 1, "text with errors");
    assert_eq!(status(&run(&["dump", "nowhere"], b"")), 2);
}

#[test]
fn equal_policies_differ_in_nothing() {
    let output = diff(&[], &edited("capability sys_admin,", "capability sys_admin, /etc/passwd r,"));
    assert_eq!((status(&output), text(&output.stdout)), (0, ""), "{}", text(&output.stderr));
}

#[test]
fn differences_name_what_is_allowed_and_the_rules() {
    let other = edited("deny /proc/kcore r,", "/etc/shadow w,");
    let output = diff(&[], &other);
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    insta::assert_snapshot!("diff_file", text(&output.stdout));

    let other = edited("signal send set=(stop, cont) peer=webapp,", "signal send set=(stop, cont, kill) peer=nginx,");
    insta::assert_snapshot!("diff_signal", text(&diff(&[], &other).stdout));

    let other = edited("capability dac_read_search,\n  capability sys_admin,", "audit capability sys_admin,");
    insta::assert_snapshot!("diff_capability", text(&diff(&[], &other).stdout));
}

#[test]
fn differences_between_kernels() {
    let kernels = ["--features-a", "linux-6.12", "--features-b", "linux-7.2"];
    let output = run(&[&["diff"], &BASE[..], &kernels, &[BACKUP, BACKUP]].concat(), b"");
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    insta::assert_snapshot!("diff_kernels", text(&output.stdout));
}

#[test]
fn blobs_and_json() {
    let blob = run(&[&["compile", "-q", "--features", "linux-7.2"], &BASE[..], &["-o", "-", BACKUP]].concat(), b"");
    let output = run(&[&["diff", "--features", "linux-7.2"], &BASE[..], &["-", BACKUP]].concat(), &blob.stdout);
    assert_eq!((status(&output), text(&output.stdout)), (0, ""), "{}", text(&output.stderr));

    let output = diff(&["--json", "--max", "1"], &edited("umount /mnt/snapshot/{,srv/},", "umount /mnt/,"));
    assert_eq!(status(&output), 1);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let difference = &json["differences"][0];
    assert_eq!(difference["access"], serde_json::json!({ "class": "umount", "target": "/mnt/" }));
    assert_eq!(difference["witness"], serde_json::json!([7, 47, 109, 110, 116, 47]));
    assert_eq!(difference["rules"]["b"][0]["file"], "<stdin>");
    assert_eq!(json["more"], true);
}

#[test]
fn what_cannot_be_compared_is_2() {
    for (arguments, stdin) in [
        (&["diff", "-", "-"][..], "profile a { }"),
        (&["diff", "--features", "linux-7.2", "-", BACKUP], "profile a { /x q, }"),
        (&["diff", "--features-a", "nowhere", "-", BACKUP], "profile a { }"),
        (&["diff", "nowhere", BACKUP], ""),
        (&["diff", "-", BACKUP], "\x04\x08"),
    ] {
        let output = run(arguments, stdin.as_bytes());
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

/// A directory with one file of profiles for each policy.
fn policies(base: &str, new: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [("base", base), ("new", new)] {
        std::fs::create_dir(directory.path().join(name)).unwrap();
        std::fs::write(directory.path().join(name).join("profiles"), text).unwrap();
    }
    directory
}

/// `diff --no-new-access` of the directories `base` and `new`.
fn no_new_access(directory: &Path, more: &[&str]) -> Output {
    let arguments = ["diff", "--no-new-access", "--features", "linux-7.2", "--base", "."];
    command::run(directory, &[&arguments[..], more, &["base", "new"]].concat(), b"")
}

#[test]
fn new_access_has_a_witness_and_the_rules() {
    let directory = policies("profile p {\n  /etc/* r,\n}\n", "profile p {\n  /etc/hosts r,\n  /etc/** w,\n}\n");
    let output = no_new_access(directory.path(), &[]);
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    let found = text(&output.stdout);
    assert!(found.starts_with("p: file \"/etc/"), "{found}");
    assert!(found.contains(": new access: BASE ") && found.contains("rule at new/profiles:3:3"), "{found}");

    let github = no_new_access(directory.path(), &["--format", "github"]);
    assert_eq!(status(&github), 1);
    let line = text(&github.stdout);
    assert!(line.starts_with("::error file=new/profiles,line=3,col=3,title=new access::p: file"), "{line}");

    let json = no_new_access(directory.path(), &["--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["findings"][0]["kind"], "new-access");
    assert_eq!(json["findings"][0]["profile"], "p");
    assert_eq!(json["findings"][0]["rules"]["b"][0]["line"], 3);

    let same = command::run(
        directory.path(),
        &["diff", "--no-new-access", "--features", "linux-7.2", "--base", ".", "base", "base"],
        b"",
    );
    assert_eq!((status(&same), text(&same.stdout)), (0, ""), "{}", text(&same.stderr));
}

#[test]
fn counterparts_by_map_and_baseline() {
    let directory = policies("profile node { /srv/** rw, }\n", "profile web { /srv/web/* r, }\n");
    assert_eq!(status(&no_new_access(directory.path(), &[])), 1, "no counterpart");
    for counterpart in [&["--map", "node=web"][..], &["--baseline", "node"]] {
        let output = no_new_access(directory.path(), counterpart);
        assert_eq!((status(&output), text(&output.stdout)), (0, ""), "{counterpart:?}");
    }
    let usage = no_new_access(directory.path(), &["--map", "node"]);
    assert_eq!(status(&usage), 2);
}

#[test]
fn audit_is_ignored_when_asked() {
    let directory = policies("profile p { audit /a r, }\n", "profile p { /a r, }\n");
    let output = no_new_access(directory.path(), &[]);
    assert_eq!(status(&output), 1);
    assert!(text(&output.stdout).contains("less audit"), "{}", text(&output.stdout));
    assert_eq!(status(&no_new_access(directory.path(), &["--ignore-audit"])), 0);
}

#[test]
fn new_access_as_sarif() {
    let directory = policies("profile p {\n  audit /a r,\n}\n", "profile p {\n  /a r,\n  capability chown,\n}\n");
    let output = no_new_access(directory.path(), &["--format", "sarif"]);
    assert_eq!(status(&output), 1);
    let sarif: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<(&str, &str)> =
        results.iter().map(|result| (result["ruleId"].as_str().unwrap(), result["level"].as_str().unwrap())).collect();
    assert_eq!(kinds, [("new-access", "error"), ("less-audit", "warning")]);
    for result in results {
        let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"new/profiles".into(), &3.into()));
}

#[test]
fn accesses_that_must_not_be_granted() {
    let policy = "profile p {\n  /etc/* r,\n}\nprofile q {\n  owner /etc/shadow r,\n}\n";
    let directory = policies(policy, policy);
    let write = |text: &str| std::fs::write(directory.path().join("never.toml"), text).unwrap();
    write("[[test]]\naccess = \"file /etc/shadow r\"\nexpect = \"denied\"\nreason = \"hashes\"\n");
    let output = no_new_access(directory.path(), &["--access-not-granted", "never.toml"]);
    let expected = "\
p: file /etc/shadow r: access granted: NEW allows it (hashes); rule at new/profiles:2:3
q: file /etc/shadow r: access granted: NEW allows it on own files (hashes); rule at new/profiles:5:3
";
    assert_eq!((status(&output), text_of(&output)), (1, expected));
    // A pattern, and a profile that may.
    write(
        "[[test]]\naccess = \"file '/etc/s*' r\"\nexempt = [{ profile = \"p*\", reason = \"login\" }]\nreason = \"hashes\"\n",
    );
    let output = no_new_access(directory.path(), &["--access-not-granted", "never.toml"]);
    let expected =
        "q: file \"/etc/shadow\": access granted: NEW allows it on own files (hashes); rule at new/profiles:5:3\n";
    assert_eq!((status(&output), text_of(&output)), (1, expected));
    write("[[test]]\naccess = \"file /etc/shadow w\"\nreason = \"hashes\"\n");
    assert_eq!(status(&no_new_access(directory.path(), &["--access-not-granted", "never.toml"])), 0);
    for (wrong, message) in [
        ("[[test]]\naccess = \"fiel /a\"\nreason = \"\"\n", "never.toml:2: `fiel`"),
        ("[[test]]\naccess = \"file /a r\"\nexpect = \"allowed\"\nreason = \"\"\n", "never.toml:3: "),
        ("[[test]]\naccess = \"file /a r\"\n", "missing field `reason`"),
    ] {
        write(wrong);
        let output = no_new_access(directory.path(), &["--access-not-granted", "never.toml"]);
        assert!(status(&output) == 2 && text(&output.stderr).contains(message), "{}", text(&output.stderr));
    }
}

fn text_of(output: &Output) -> &str {
    text(&output.stdout)
}

/// Two trees whose profiles are the same, with another include.
fn trees_with_another_include(base: &str, new: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (tree, rules) in [(base, "  /etc/hosts r,\n"), (new, "  /etc/* r,\n")] {
        let tree = directory.path().join(tree);
        std::fs::create_dir_all(tree.join("abstractions")).unwrap();
        std::fs::write(tree.join("abstractions/names"), rules).unwrap();
        std::fs::write(tree.join("p"), "profile p {\n  include <abstractions/names>\n}\n").unwrap();
    }
    directory
}

#[test]
fn a_changed_include_of_the_compared_tree() {
    let directory = trees_with_another_include("base", "new");
    let output = no_new_access(directory.path(), &[]);
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    let found = text_of(&output);
    assert!(found.starts_with("p: file \"/etc/") && found.contains("rule at new/abstractions/names:1:3"), "{found}");
    let back = ["diff", "--no-new-access", "--features", "linux-7.2", "--base", ".", "new", "base"];
    let output = command::run(directory.path(), &back, b"");
    assert_eq!((status(&output), text_of(&output)), (0, ""));
}
