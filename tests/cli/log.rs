//! `armorer log` as people and programs call it.

use std::path::Path;

use serde_json::Value;

use crate::support::command::{run, status, text};

const LOG: &str = "examples/logs/webapp.log";
const TREE: [&str; 4] = ["-b", "examples/apparmor.d", "--features", "linux-6.12"];

fn log(arguments: &[&str], stdin: &str) -> (i32, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = run(root, &[&["log"], arguments].concat(), stdin.as_bytes());
    (status(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn record(profile: &str, name: &str) -> String {
    let head = r#"audit: type=1400 audit(1700000000.5:2): apparmor="DENIED" operation="open" class="file""#;
    format!(r#"{head} profile={profile} name={name} pid=7 comm="x" requested_mask="r" denied_mask="r" fsuid=0 ouid=0"#)
}

#[test]
fn an_object_a_line() {
    let (status, out, _) = log(&["--format", "json-lines", LOG], "");
    assert_eq!(status, 0);
    let objects: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects.len(), 5);
    let first = &objects[0];
    for (key, value) in [
        ("profile", "webapp"),
        ("operation", "open"),
        ("verdict", "denied"),
        ("name", "/etc/webapp/site.d/"),
        ("requested", "r"),
        ("denied", "r"),
        ("comm", "webapp"),
    ] {
        assert_eq!(first[key], value, "{key}");
    }
    assert_eq!((&first["pid"], &first["time"]), (&812.into(), &1_795_856_402.101.into()));
    assert_eq!(objects[4]["name"], "sys_admin");
}

#[test]
fn what_fails_a_job() {
    let directory = tempfile::tempdir().expect("a directory");
    let ignore = directory.path().join("ignore.toml");
    let file = ignore.to_str().expect("UTF-8");
    assert_eq!(log(&["--fail-on", "denied", LOG], "").0, 1);
    assert_eq!(log(&["--fail-on", "allowed", LOG], "").0, 0);
    let write = |toml: &str| std::fs::write(&ignore, toml).expect("writable");
    write("[[ignore]]\nreason = \"known\"\nprofile = \"webapp\"\n\n[[ignore]]\nreason = \"idle\"\ncomm = \"ls*\"\n");
    let (status, out, err) = log(&["--fail-on", "denied", "--ignore", file, LOG], "");
    assert_eq!((status, &*out), (0, "no events\n"));
    assert!(err.contains("no event matched the entry \"idle\""), "{err}");
    for (toml, what) in [
        ("[[ignore]]\nprofile = \"webapp\"\n", "reason"),
        ("[[ignore]]\nreason = \" \"\nprofile = \"webapp\"\n", "empty reason"),
        ("[[ignore]]\nreason = \"all\"\n", "every event"),
        ("[[ignore]]\nreason = \"x\"\npofile = \"webapp\"\n", "pofile"),
    ] {
        write(toml);
        let (status, _, err) = log(&["--ignore", file, LOG], "");
        assert!(status == 2 && err.contains(what), "{err}");
    }
}

#[test]
fn filters() {
    let input = [record("\"web//worker\"", "\"/a\""), record("\"webber\"", "\"/b\""), record("\"x//&web\"", "\"/c\"")]
        .join("\n");
    let names = |arguments: &[&str]| {
        let (_, out, err) = log(&[arguments, &["--format", "json-lines"]].concat(), &input);
        let of = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["name"].as_str().map(str::to_owned);
        (out.lines().filter_map(of).collect::<String>(), err)
    };
    assert_eq!(names(&["--profile", "web"]).0, "/a/c");
    assert_eq!(names(&["--event", "allowed,audit"]).0, "");
    assert_eq!(names(&["--since", "@1700000000"]).0, "/a/b/c");
    assert_eq!(names(&["--since", "2023-11-14T22:13:21Z"]).0, "");
    assert!(names(&["--since", "yesterday"]).1.contains("is not a time"));
}

#[test]
fn annotations_are_one_line_each() {
    let (_, out, _) = log(&["--format", "github"], &record("\"p\"", "2F610A3A3A6572726F723A3A78"));
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.starts_with("::error title=denied by p::file owner '/a"), "{out}");
}

#[test]
fn rules_are_written_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("web");
    let before = "# first\nprofile web { # here\n  /a   r,\t# settings\n\n  deny /no r,\n}\n";
    std::fs::write(&file, before).expect("writable");
    let base = directory.path().to_str().expect("UTF-8");
    let input = [
        record("\"web\"", "\"/a\"").replace("=\"r\"", "=\"w\""),
        record("\"web\"", "\"/no\""),
        record("\"web//null-/bin/x\"", "\"/b\""),
        record("\"other\"", "\"/c\""),
        record("\"web\"", "2F6420722C202F2A2A20727769782C2023"),
    ]
    .join("\n");
    let fix = |more: &[&str]| log(&[&["--fix", "-b", base, "--features", "linux-7.2"], more].concat(), &input);
    let (status, out, err) = fix(&[]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("denied by") && out.contains("no file defines this profile"), "{out}");
    let after = std::fs::read_to_string(&file).expect("readable");
    let expected = "# first\nprofile web { # here\n  owner \"/d r\\, /\\*\\* rwix\\, #\" r,\n  /a   r,\t# settings\n  owner /a w,\n  owner /b r,\n\n  deny /no r,\n}\n";
    assert_eq!(after, expected);
    // The same events again: nothing is left to do.
    let (status, out, _) = fix(&[]);
    assert_eq!((status, std::fs::read_to_string(&file).expect("readable")), (0, after), "{out}");
    assert!(!out.contains("  + "), "{out}");
    // A profile that no file has is made where that is asked for.
    assert_eq!(fix(&["--create"]).0, 0);
    assert!(std::fs::read_to_string(directory.path().join("other")).expect("made").contains("owner /c r,"));
}

#[test]
fn a_profile_of_exact_rules() {
    let input = [record("\"/usr/bin/a\"", "\"/x\""), record("\"b//c\"", "\"/y\"")].join("\n");
    let (status, out, _) = log(&["--suggest=exact"], &input);
    assert_eq!(status, 0);
    let expected = "profile /usr/bin/a {\n  owner /x r,\n}\nprofile b {\n}\nprofile \"b//c\" {\n  owner /y r,\n}\n";
    assert_eq!(out, expected);
}

#[test]
fn a_log_that_grows_is_followed() {
    use std::io::{BufRead, BufReader, Write};
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log");
    std::fs::write(&path, record("\"p\"", "\"/a\"") + "\n").expect("writable");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(["log", "--follow", "--format", "json-lines"])
        .arg(&path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("armorer runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("readable");
    assert!(next().contains("\"/a\""));
    let mut file = std::fs::File::options().append(true).open(&path).expect("writable");
    file.write_all((record("\"p\"", "\"/b\"") + "\n").as_bytes()).expect("writable");
    assert!(next().contains("\"/b\""));
    // After a rotation the new file is read.
    std::fs::rename(&path, directory.path().join("log.1")).expect("renamed");
    std::fs::write(&path, record("\"p\"", "\"/c\"") + "\n").expect("writable");
    assert!(next().contains("\"/c\""));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn why_with_a_rule() {
    let (_, out, _) = log(
        &[&["--why"], &TREE[..]].concat(),
        &record("\"webapp//upload\"", "\"/srv/www/upload/a.php\"").replace("=\"r\"", "=\"w\""),
    );
    assert!(out.contains("a rule denies it\n"), "{out}");
    assert!(out.contains("usr.sbin.webapp:39:5  audit deny @{webroot}/upload/**.{php,cgi} w,"), "{out}");
    let (_, out, _) = log(&[&["--why"], &TREE[..]].concat(), &record("\"webapp//nothing\"", "\"/x\""));
    assert!(out.contains("\"webapp\" has no child or hat \"webapp//nothing\""), "{out}");
}

#[test]
fn unused_rules() {
    let audit = "examples/logs/webapp-audit.log";
    let (status, out, _) = log(&[&["--unused", "--format", "json"], &TREE[..], &[audit]].concat(), "");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let [web, upload] = &document["profiles"].as_array().expect("profiles")[..] else { panic!("{out}") };
    assert_eq!((status, &web["audit"], &web["outcome"]), (0, &8.into(), &"rules".into()));
    let texts: Vec<_> = web["unused"].as_array().expect("rules").iter().map(|rule| &rule["text"]).collect();
    let pid = "@{run}/webapp.pid rw,";
    assert!(texts.contains(&&Value::from(pid)) && !texts.contains(&&Value::from("network inet stream,")), "{out}");
    assert_eq!((&upload["profile"], &upload["outcome"]), (&"webapp//upload".into(), &"no_access".into()));

    let (status, out, _) = log(&[&["--unused", "--format", "json-lines"], &TREE[..], &[audit]].concat(), "");
    assert_eq!((status, out.lines().count()), (0, 2));
    let (status, out, _) = log(&[&["--unused", "--profile", "nothing"], &TREE[..], &[audit]].concat(), "");
    assert_eq!((status, &*out), (0, "no events\n"));
    for wrong in [&["--unused", "--format", "github"][..], &["--unused", "--fix"], &["--unused", "--why"]] {
        let (status, out, err) = log(&[wrong, &TREE, &[audit]].concat(), "");
        assert!(status == 2 && out.is_empty() && err.contains("--unused"), "{err}");
    }
}
