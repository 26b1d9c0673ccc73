use super::*;
use crate::features::Features;

/// The suite for a file of one profile, with what its tests give.
fn first(kernel: &str, rules: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("p");
    std::fs::write(&path, format!("profile p {{\n{rules}\n}}\n")).unwrap();
    let compiler = Compiler::new(Features::builtin(kernel).unwrap());
    let text = Suite::first(&compiler, &path, "profiles = ['p']\n").unwrap();
    let suite =
        Suite::parse(&directory.path().join("suite.toml"), &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for result in suite.run(&compiler, kernel).unwrap() {
        assert!(result.passed(), "{result}\n{text}");
    }
    text
}

/// Accesses and expectations of the tests.
fn tests(kernel: &str, rules: &str) -> Vec<(String, String)> {
    let text = first(kernel, rules);
    let value = |line: &str, key: &str| line.strip_prefix(key).map(|rest| rest.trim_matches('"').to_owned());
    let accesses = text.lines().filter_map(|line| value(line, "access = "));
    accesses.zip(text.lines().filter_map(|line| value(line, "expect = "))).collect()
}

#[test]
fn a_test_for_each_deny() {
    let rules = "/etc/** r,\ndeny /etc/shadow r,\naudit deny owner /home/*/.ssh/** rw,\ndeny capability sys_admin net_admin,\n\
        deny network inet stream,\ndeny signal send set=kill peer=init,\ndeny ptrace trace,\ndeny userns,\n\
        deny mount fstype=nfs,\ndeny change_profile -> other,\ndeny dbus send bus=session,\ndeny unix bind addr=\"@x y\",\n\
        deny pivot_root /a/,\ndeny umount /b/,\ndeny io_uring sqpoll,\ndeny remount /c/,";
    let found = tests("linux-7.2", rules);
    let expected = [
        ("file /etc/shadow r", "quiet"),
        ("file owner /home/x/.ssh/x rw", "denied"),
        ("capability net_admin sys_admin", "quiet"),
    ];
    for ((access, expect), (own, what)) in expected.iter().zip(&found) {
        assert_eq!((*access, *expect), (own.as_str(), what.as_str()));
    }
    assert_eq!(found.len(), 15, "{found:?}");
}

#[test]
fn dangers_are_tests_with_where_they_lead() {
    let text = first("linux-7.2", "/dev/sda rw,\n/usr/bin/sh Ux,\ncapability sys_module,\nptrace trace,\n/fine r,");
    for part in [
        "access = \"file /dev/sda rw\"\nexpect = \"allowed\"\nreason = \"AA0124 raw-devices:",
        "access = \"file /usr/bin/sh x\"\nexpect = \"allowed\"\nexec = \"unconfined\"\nscrubbed = true\n",
        "access = \"capability sys_module\"\n",
        "access = \"ptrace trace peer\"\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("/fine"));
}

#[test]
fn what_others_outrank_has_no_test() {
    let text = first("linux-7.2", "deny /etc/x r,\npriority=1 /etc/x r,\ndeny \"/a \\\"b'\" r,");
    assert!(text.contains("deny /etc/x r,\n# (no access was found"), "{text}");
    assert_eq!(text.matches("[[test]]").count(), 0);
}

#[test]
fn hostile_texts_stay_strings() {
    let text = first("linux-7.2", "deny \"/a\\\\\\\"\u{202e}\\[\\[test\\]\\]\" r,\ndeny \"/b 'c\" r,");
    assert!(text.contains("access = \"file \\\"/b 'c\\\" r\""), "{text}");
    assert!(!text.contains('\u{202e}'));
}
