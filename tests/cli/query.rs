//! `armorer query` and `armorer test` as other programs call them: what they print, and their exit status.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Exit status, standard output and standard error of armorer in the root of the repository.
fn armorer(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("armorer runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

const TARGET: [&str; 4] = ["--features", "linux-7.2", "--base", "examples/apparmor.d"];

/// `armorer query` about a profile of the examples.
fn query(file: &str, profile: &str, access: &str) -> (i32, String, String) {
    let policy = format!("examples/apparmor.d/{file}");
    let words = access.split(' ').collect::<Vec<_>>();
    armorer(&[&["query"], &TARGET[..], &["--profile", profile, &policy], &words].concat())
}

#[test]
fn a_denied_file_with_the_rules() {
    let (status, out, _) = query("usr.sbin.webapp", "webapp//upload", "file /srv/www/upload/a.php rw");
    assert_eq!(status, 1);
    let expected = "\
profile webapp//upload (enforce): file /srv/www/upload/a.php rw
  read   own files: allowed
         files of others: denied: no rule allows it
  write  denied
rules
  decides    read   examples/apparmor.d/usr.sbin.webapp:38:5  owner @{webroot}/upload/** rw,
  decides    write  examples/apparmor.d/usr.sbin.webapp:39:5  audit deny @{webroot}/upload/**.{php,cgi} w,
  outranked  write  examples/apparmor.d/usr.sbin.webapp:38:5  owner @{webroot}/upload/** rw,
";
    assert_eq!(out, expected);
}

#[test]
fn an_exec_with_its_target() {
    let (status, out, _) = query("usr.bin.man", "man", "file --exec /usr/bin/less");
    assert_eq!(status, 0);
    let expected = "\
profile man (enforce): file /usr/bin/less x
  exec  allowed, to profile man//pager, environment scrubbed
rules
  decides  exec  examples/apparmor.d/usr.bin.man:22:3  /usr/bin/{less,more} Cx -> pager,
";
    assert_eq!(out, expected);
}

#[test]
fn a_mount_on_a_directory() {
    let (status, out, _) = query("backup", "backup", "mount /dev/sda1 /mnt/snapshot ext4 ro,nosuid,nodev");
    assert_eq!(status, 1);
    assert!(out.contains("`mount /dev/sda1 /mnt/snapshot/ ext4 ro,nosuid,nodev`, which is allowed"), "{out}");
}

#[test]
fn a_blob_says_the_same_without_rules() {
    let directory = tempfile::tempdir().unwrap();
    let blob = directory.path().join("blob");
    let blob = blob.to_str().unwrap();
    let (status, _, err) =
        armorer(&[&["compile"], &TARGET[..], &["-o", blob, "examples/apparmor.d/usr.sbin.webapp"]].concat());
    assert_eq!(status, 0, "{err}");
    let words = ["file", "/srv/www/upload/a.php", "rw"];
    let (status, out, err) = armorer(&[&["query", "-p", "webapp//upload", blob], &words[..]].concat());
    assert_eq!((status, err.as_str()), (1, ""), "no target is needed for a blob");
    let expected = "\
profile webapp//upload (enforce): file /srv/www/upload/a.php rw
  read   own files: allowed
         files of others: denied
  write  denied
";
    assert_eq!(out, expected);

    let damaged = directory.path().join("damaged");
    let bytes = std::fs::read(blob).unwrap();
    for keep in [20, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&damaged, &bytes[..keep]).unwrap();
        let (status, _, err) = armorer(&["query", "-p", "webapp", damaged.to_str().unwrap(), "userns"]);
        assert_eq!(status, 2, "{err}");
        assert!(err.contains("byte"), "{err}");
    }
}

#[test]
fn json() {
    let policy = "examples/apparmor.d/backup";
    let arguments = [&["query"], &TARGET[..], &["-p", "backup", "--json", policy, "signal", "send", "stop", "webapp"]];
    let (status, out, _) = armorer(&arguments.concat());
    assert_eq!(status, 0);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["verdicts"][0]["decision"], "allowed");
    assert_eq!(answer["access"]["class"], "signal");
    assert_eq!(answer["rules"][0]["line"], 29);
    assert_eq!(answer["verdicts"][0]["decided_by"], serde_json::json!([0]));
}

#[test]
fn wrong_questions_are_2_and_say_what_is_meant() {
    for (profile, access, message) in [
        ("backup", "fiel /etc/passwd", "is it `file`?"),
        ("backup", "file /etc/passwd raed", "is it `read`?"),
        ("backup", "signal send tern webapp", "is it `term`?"),
        ("bakcup", "userns", "is it `backup`?"),
    ] {
        let (status, out, err) = query("backup", profile, access);
        assert_eq!((status, out.as_str()), (2, ""), "{access}");
        assert!(err.contains(message), "{access}: {err}");
    }
    assert_eq!(query("nowhere", "x", "userns").0, 2);
    assert_eq!(armorer(&["query", "examples/apparmor.d/backup"]).0, 2);
}

#[test]
fn profiles_with_errors_are_1() {
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join("broken");
    std::fs::write(&broken, "profile broken { capability chwon, }").unwrap();
    let (status, out, err) = armorer(&["query", "--features", "linux-7.2", broken.to_str().unwrap(), "userns"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("cap-invalid"), "{err}");
}

#[test]
fn the_example_suite_passes() {
    let (status, out, err) = armorer(&["test", "examples/policy-tests.toml"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let expected = "\
examples/policy-tests.toml (linux-6.1): 35 passed, 0 failed
examples/policy-tests.toml (linux-6.12): 37 passed, 0 failed
examples/policy-tests.toml (linux-7.2): 39 passed, 0 failed
";
    assert_eq!(out, expected);
}

#[test]
fn the_example_suite_shows_every_class() {
    let suite = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policy-tests.toml"));
    let suite = suite.unwrap();
    for class in [
        "file",
        "capability",
        "network",
        "unix",
        "dbus",
        "signal",
        "ptrace",
        "mount",
        "remount",
        "umount",
        "pivot_root",
        "change_profile",
        "userns",
        "mqueue",
        "io_uring",
        "attach",
    ] {
        let begins = |line: &str| {
            line.strip_prefix("access = \"").is_some_and(|rest| rest.split([' ', '"']).next() == Some(class))
        };
        assert!(suite.lines().any(begins), "{class}");
    }
}

#[test]
fn a_failing_suite_shows_the_rules() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("tree")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("tree/p", "profile p {\n  /etc/** r,\n  /bin/sh px -> q,\n}\n");
    let test = |access: &str, expect: &str| {
        format!("[[test]]\nprofile = \"p\"\naccess = \"{access}\"\n{expect}\nreason = \"why\"\n")
    };
    let head = "profiles = [\"tree\"]\nfeatures = [\"linux-6.12\"]\n";
    let suite = directory.path().join("suite.toml");
    let run = |tests: &[String], options: &[&str]| {
        write("suite.toml", &format!("{head}{}", tests.concat()));
        armorer(&[&["test"], options, &[suite.to_str().unwrap()]].concat())
    };
    let shadow = test("file /etc/shadow r", "expect = \"denied\"");
    let exec = test("file /bin/sh x", "expect = \"allowed\"\nexec = \"r\"\nscrubbed = true");
    let fine = test("file /etc/x r", "expect = \"allowed\"");

    let (status, out, err) = run(&[shadow.clone(), exec.clone(), fine.clone()], &[]);
    assert_eq!((status, err.as_str()), (1, ""));
    let place = suite.display();
    let tree = directory.path().join("tree/p");
    let expected = format!(
        "\
{place}:3 (linux-6.12): profile p: file /etc/shadow r must be denied: why
  but read: allowed
    read  allowed
  rules
    decides  read  {tree}:2:3  /etc/** r,
{place}:8 (linux-6.12): profile p: file /bin/sh x must be allowed: why
  but exec leads to q, and not to r
  but the environment is kept
    exec  allowed, to profile q, environment kept
  rules
    decides  exec  {tree}:3:3  /bin/sh px -> q,
{place} (linux-6.12): 1 passed, 2 failed
",
        tree = tree.display()
    );
    assert_eq!(out, expected);

    let (status, out, _) = run(&[shadow, fine.clone()], &["--json"]);
    assert_eq!(status, 1);
    let runs: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&runs[0]["passed"], &runs[0]["failed"]), (&1.into(), &1.into()));
    assert_eq!(runs[0]["tests"][0]["failures"][0], "read: allowed");

    // A profile that does not exist fails the test, not the run.
    let (status, out, _) = run(&[fine.replace("\"p\"", "\"pp\"")], &[]);
    assert_eq!(status, 1);
    assert!(out.contains("is it `p`?"), "{out}");

    let (status, _, err) = run(&[fine.replace("reason", "reasn")], &[]);
    assert_eq!(status, 2);
    assert!(err.contains("reasn") && err.contains("line 7"), "{err}");

    write("tree/broken", "profile broken { /x r }\n");
    let (status, out, err) = run(&[fine], &[]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("missing-comma"), "{err}");
    assert_eq!(armorer(&["test", "nowhere.toml"]).0, 2);
    assert_eq!(armorer(&["test"]).0, 2);
}
