//! `armorer compat` and `armorer features` as other programs call them.

use serde_json::Value;

use crate::support::command::{run, status, text};

fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("tree")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(place.path().join(name), text).unwrap();
    write("tree/bus", "profile bus {\n  dbus send bus=session,\n}\n");
    write("tree/free", "profile free {\n  dbus,\n}\n");
    write("broken", "profile broken { /x r }\n");
    place
}

#[test]
fn enforcement_that_is_lost_is_1() {
    let place = place();
    let compat = |arguments: &[&str]| run(place.path(), &[&["compat", "--base", "tree"], arguments].concat(), b"");
    let down = compat(&["--from", "linux-7.2", "--to", "linux-6.12", "--all", "tree"]);
    let expected = "\
bus: dbus: no longer enforced (class not mediated): dbus: mediates it, then does not mediate it
bus: tree/bus:2:3: the target kernel does not mediate D-Bus (class not mediated)
free: tree/free:2:3: the target kernel does not mediate D-Bus (class not mediated)
effect              class         cause               profiles  example
no longer enforced  dbus          class not mediated         1  bus: dbus
2 profiles: 2 change, 1 lose enforcement; 2 rules are enforced less
";
    assert_eq!((status(&down), text(&down.stdout)), (1, expected));
    let up = compat(&["--from", "linux-6.12", "--to", "linux-7.2", "--json", "tree"]);
    let found: Value = serde_json::from_str(text(&up.stdout)).unwrap();
    assert_eq!((status(&up), &found["summary"]["weaker"]), (0, &0.into()));
    let change = &found["profiles"][0]["changes"][0];
    assert_eq!(
        (&change["effect"], &change["cause"], &change["class"]),
        (&"denied".into(), &"abi-unpinned".into(), &"dbus".into())
    );
    assert_eq!(status(&compat(&["--from", "linux-7.2", "--to", "linux-7.2", "tree"])), 0);
    let broken = compat(&["--from", "linux-7.2", "--to", "linux-7.2", "broken"]);
    assert!(status(&broken) == 1 && text(&broken.stderr).contains("missing-comma"), "{}", text(&broken.stderr));
    assert_eq!(status(&compat(&["--from", "linux-7.2", "--to", "linux-0.1", "tree"])), 2);
    assert_eq!(status(&compat(&["--from", "linux-7.2", "tree"])), 2);
}

#[test]
fn a_kernel_captured_for_a_bug_report() {
    let place = place();
    let features = place.path().join("sys/apparmor/features");
    std::fs::create_dir_all(features.join("caps")).unwrap();
    std::fs::create_dir_all(features.join("novel")).unwrap();
    std::fs::write(features.join("caps/mask"), "chown kill\n").unwrap();
    std::fs::write(features.join("novel/thing"), "yes\n").unwrap();
    std::fs::create_dir_all(place.path().join("proc/sys/kernel")).unwrap();
    std::fs::write(place.path().join("proc/sys/kernel/osrelease"), "9.9.1-test\n").unwrap();
    let capture = ["features", "--capture", "--securityfs", "sys", "--proc", "proc"];
    let output = run(place.path(), &capture, b"");
    let set = "caps {mask {chown kill\n}\n}\nnovel {thing {yes\n}\n}\n";
    assert_eq!((status(&output), text(&output.stdout)), (0, set));
    let notes = text(&output.stderr);
    for part in [
        "note: kernel 9.9.1-test, features id ",
        "note: nearest to the built-in set linux-",
        "  + novel/thing\n",
        "  - file/mask\n",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let output = run(place.path(), &[&capture[..], &["-o", "set"]].concat(), b"");
    assert_eq!((status(&output), text(&output.stdout)), (0, ""));
    let again = run(place.path(), &["features", "set"], b"");
    assert_eq!(text(&again.stdout), set);
    let nowhere = run(place.path(), &["features", "--capture", "--securityfs", "nowhere"], b"");
    assert!(status(&nowhere) == 2 && text(&nowhere.stderr).contains("nowhere/apparmor/features"));
}
