//! `armorer mode` as people and programs call it.

mod names;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::command::{run, status, text};

const WEB: &str = "\
include <tunables/own>

# The server.
profile web   @{own}/web  { # started by init
  include <abstractions/own>
  /srv/**   r, # complain
  deny /etc/shadow r,
  audit deny /etc/passwd w,

  ^upload flags=(attach_disconnected) {
    /srv/upload/**   rw,
  }
  profile helper {
    /h r,
  }
}
";

const TWO: &str = "\
profile cat /usr/bin/{cat,tac} flags=(audit) {
  /a r,
}
profile browser /opt/browser flags=(unconfined) {
  userns,
}
";

/// A tree of profiles, and what stands for a kernel.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        for directory in ["base/tunables", "base/abstractions", "sys", "proc/7/task/7/attr/apparmor"] {
            fs::create_dir_all(place.path(directory)).unwrap();
        }
        for (path, text) in [
            ("base/tunables/own", "@{own} = /srv/{,s}bin\n"),
            ("base/abstractions/own", "deny /own w,\n"),
            ("base/web", WEB),
            ("base/two", TWO),
            ("base/wide", "profile wide /srv/** {\n}\n"),
            ("sys/.load", ""),
            ("sys/.replace", ""),
            ("sys/.remove", ""),
            ("sys/profiles", "web (enforce)\nweb//upload (enforce)\n"),
            ("proc/7/comm", "server\n"),
            ("proc/7/task/7/attr/apparmor/current", "unconfined\n"),
        ] {
            fs::write(place.path(path), text).unwrap();
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn mode(&self, arguments: &[&str]) -> Output {
        let target = ["mode", "--base", "base", "--securityfs", "sys", "--proc", "proc", "--features", "linux-7.2"];
        run(self.0.path(), &[&target, arguments].concat(), b"")
    }

    /// Standard output of a command that must succeed.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.mode(arguments);
        assert_eq!(status(&output), 0, "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    /// Asserts that a command is refused and leaves every file as it is.
    fn refused(&self, expected: i32, arguments: &[&str]) -> String {
        let before = self.everything();
        let output = self.mode(arguments);
        assert_eq!(status(&output), expected, "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(self.everything(), before, "{arguments:?}");
        text(&output.stderr).to_owned()
    }

    /// Each file of the tree with its text, or where it leads.
    fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(directory: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if let Ok(target) = fs::read_link(&path) {
                    found.push((path, target.into_os_string().into_encoded_bytes()));
                } else if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path("base"), &mut found);
        found.sort();
        found
    }

    /// The names that a boot script would load.
    fn loaded_at_boot(&self) -> String {
        let output = run(self.0.path(), &["parser", "--config-file=/dev/null", "-b", "base", "-N", "base"], b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    /// armorer under another name.
    fn called(&self, name: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
        command.arg0(format!("/usr/sbin/{name}")).args(arguments).current_dir(self.0.path());
        command.output().expect("armorer runs")
    }
}

#[test]
fn only_the_header_changes() {
    let place = Place::new();
    fs::rename(place.path("base/web"), place.path("web.real")).unwrap();
    symlink("../web.real", place.path("base/web")).unwrap();
    fs::set_permissions(place.path("web.real"), fs::Permissions::from_mode(0o640)).unwrap();
    let expected = [
        ("complain", "enforce -> complain", " flags=(complain)"),
        ("audit", "audit added", " flags=(complain,audit)"),
        ("kill", "complain -> kill", " flags=(kill,audit)"),
        ("prompt", "kill -> prompt", " flags=(prompt,audit)"),
        ("no-audit", "audit removed", " flags=(prompt)"),
        ("unconfined", "prompt -> unconfined", " flags=(unconfined)"),
        ("enforce", "unconfined -> enforce", ""),
    ];
    for (mode, change, flags) in expected {
        assert_eq!(place.done(&["--force", mode, "web"]), format!("base/web:4: web: {change}\n"));
        assert_eq!(place.read("web.real"), WEB.replace("/web  {", &format!("/web{flags}  {{")), "{mode}");
        assert_eq!(place.done(&[mode, "web", "--force"]), "", "{mode} again");
    }
    assert!(place.path("base/web").is_symlink());
    assert_eq!(fs::metadata(place.path("web.real")).unwrap().permissions().mode() & 0o7777, 0o640);
}

#[test]
fn arguments_are_profiles_programs_and_files() {
    let place = Place::new();
    let meant = |arguments: &[&str]| {
        let output = place.mode(&[&["--dry-run", "kill"], arguments].concat());
        assert_eq!(status(&output), 1, "{}", text(&output.stderr));
        let line = |line: &str| line.split(": ").nth(1).unwrap().to_owned();
        text(&output.stdout).lines().map(line).collect::<Vec<_>>()
    };
    assert_eq!(meant(&["web"]), ["web"]);
    assert_eq!(meant(&["web", "--hats"]), ["web", "web//upload"]);
    assert_eq!(meant(&["web", "--children"]), ["web", "web//upload", "web//helper"]);
    assert_eq!(meant(&["web//helper", "cat"]), ["cat", "web//helper"]);
    assert_eq!(meant(&["/srv/sbin/web"]), ["web"], "by variable, and not the wider attachment");
    assert_eq!(meant(&["/srv/else"]), ["wide"]);
    assert_eq!(meant(&["/usr/bin/tac"]), ["cat"]);
    assert_eq!(meant(&["two", "base/two", "./base/web"]), ["cat", "web"]);
    assert_eq!(meant(&["base/"]), ["cat", "web", "wide"]);
    assert_eq!(meant(&["web", "web", "base/web"]), ["web"], "once");
    fs::write(place.path("elsewhere"), "profile elsewhere { }\n").unwrap();
    assert_eq!(meant(&["./elsewhere"]), ["elsewhere"]);
    let note = text(&place.mode(&["--dry-run", "kill", "/srv/bin/web"]).stderr).to_owned();
    assert!(note.contains("less specific attachments match /srv/bin/web as well, and stay: wide"), "{note}");
}

#[test]
fn nothing_is_changed_where_an_argument_is_wrong() {
    let place = Place::new();
    fs::write(place.path("base/broken"), "profile broken {\n  /a r\n}\n").unwrap();
    fs::write(place.path("base/again"), "profile again { }\nprofile cat { }\n").unwrap();
    for (expected, argument, message) in [
        (
            2,
            "nosuch",
            "no profile is named `nosuch`, and there is no such program in base; one file could not be searched",
        ),
        (2, "/no/such", "no profile is named `/no/such` or attaches to it in base"),
        (2, "base/tunables/own", "no profile in the file"),
        (2, "cat", "several profiles are named `cat`: base/again:2, base/two:1"),
        (1, "base/broken", "base/broken:2:7: error[missing-comma]"),
        (1, "base/", "base/broken:2:7: error[missing-comma]"),
    ] {
        let errors = place.refused(expected, &["complain", "web", argument]);
        assert!(errors.contains(message), "{errors}");
    }
    for wrong in [&["complain"][..], &["nomode", "web"], &["--link", "kill", "web"]] {
        place.refused(2, wrong);
    }
}

#[test]
fn rules_that_still_deny_are_named() {
    let place = Place::new();
    let output = place.mode(&["complain", "web"]);
    let errors = text(&output.stderr);
    assert_eq!(errors.matches("deny-in-complain").count(), 2, "not the one that is logged: {errors}");
    assert!(errors.contains("this rule of profile `web` is still enforced in complain mode"), "{errors}");
    for place in ["base/abstractions/own:1:1", "base/web:7:3"] {
        assert!(errors.contains(place), "{errors}");
    }
    let json: serde_json::Value = serde_json::from_str(&place.done(&["complain", "web", "--format", "json"])).unwrap();
    let rules: Vec<&str> = json["warnings"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(rules, ["deny /own w,", "deny /etc/shadow r,"], "and not the one that is logged");
    // With `audit`, every denial is logged, and happens.
    place.done(&["audit", "web"]);
    assert_eq!(text(&place.mode(&["complain", "web"]).stderr), "nothing to change\n");
    assert!(!text(&place.mode(&["kill", "web"]).stderr).contains("deny-in-complain"));
}

#[test]
fn what_confines_nothing_is_left_alone() {
    let place = Place::new();
    let output = place.mode(&["enforce", "browser"]);
    assert_eq!((status(&output), text(&output.stdout), &*place.read("base/two")), (0, "", TWO));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("mode-kept") && errors.contains("profile `browser` stays in mode `unconfined`"),
        "{errors}"
    );
    assert_eq!(place.done(&["complain", "two"]), "base/two:1: cat: enforce -> complain\n");
    assert_eq!(place.done(&["enforce", "browser", "--force"]), "base/two:4: browser: unconfined -> enforce\n");
}

#[test]
fn lists_are_those_of_the_boot_scripts() {
    let place = Place::new();
    let all = "cat\nbrowser\nweb\nweb//helper\nweb//upload\nwide\n";
    let sorted = |names: &str| {
        let mut names: Vec<String> = names.lines().map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(sorted(&place.loaded_at_boot()), sorted(all));
    assert_eq!(place.done(&["disable", "web", "base/two"]), "base/disable/two: created\nbase/disable/web: created\n");
    assert_eq!(place.loaded_at_boot(), "wide\n");
    assert_eq!(place.done(&["disable", "web"]), "", "it is there already");
    assert_eq!(fs::read_link(place.path("base/disable/web")).unwrap(), Path::new("../web"));
    assert_eq!(place.read("base/web"), WEB, "the file stays");
    let errors = text(&place.mode(&["kill", "web"]).stderr).to_owned();
    assert!(errors.contains("mode-overridden") && errors.contains("the file is not loaded at boot"), "{errors}");
    assert!(place.refused(2, &["complain", "base/disable"]).contains("the directory has links to profiles"));
    assert_eq!(place.done(&["enable", "base/disable/web"]), "base/disable/web: removed\n", "an entry is its file");
    place.done(&["disable", "web"]);
    assert_eq!(place.done(&["enable", "base/"]), "base/disable/two: removed\nbase/disable/web: removed\n");
    assert_eq!(sorted(&place.loaded_at_boot()), sorted(all));

    place.done(&["enforce", "web"]);
    assert_eq!(place.done(&["complain", "web", "--link"]), "base/force-complain/web: created\n");
    assert_eq!(place.read("base/web"), WEB);
    let errors = text(&place.mode(&["audit", "web", "--dry-run"]).stderr).to_owned();
    assert!(errors.contains("the file is loaded in complain mode"), "{errors}");
    assert_eq!(place.done(&["enforce", "web"]), "base/force-complain/web: removed\n");

    // Lists are about files.
    let errors = place.refused(2, &["disable", "cat"]);
    assert!(errors.contains("base/two has other profiles as well (`browser`)"), "{errors}");
    place.done(&["complain", "--link", "base/two"]);
    place.refused(2, &["kill", "cat"]);
    place.done(&["kill", "base/two"]);
    // Files that the boot scripts do not load have no place in the lists.
    fs::write(place.path("elsewhere"), "profile elsewhere { }\n").unwrap();
    assert!(place.refused(2, &["disable", "./elsewhere"]).contains("the file is not in base"));
    // A file in a list that is no link is the work of somebody.
    fs::write(place.path("base/disable/web"), "notes").unwrap();
    assert!(place.refused(2, &["enable", "web"]).contains("it is a file with content, not a link"));
    place.done(&["enable", "web", "--force"]);
    assert!(!place.path("base/disable/web").exists());
}

#[test]
fn reloading_is_what_boot_scripts_would_load() {
    let place = Place::new();
    let compiled = || {
        let arguments = ["compile", "--features", "linux-7.2", "--base", "base", "-o", "-", "base/web"];
        run(place.0.path(), &arguments, b"").stdout
    };
    let output = place.mode(&["complain", "web", "--reload"]);
    assert!(text(&output.stderr).ends_with("(--children); loaded 3 profiles\n"), "{}", text(&output.stderr));
    assert!(fs::read(place.path("sys/.replace")).unwrap() == compiled());
    place.done(&["enforce", "web"]);
    place.done(&["complain", "web", "--link", "--reload"]);
    let forced = armorer::blob::read(&fs::read(place.path("sys/.replace")).unwrap()).unwrap();
    assert_eq!(forced[0].version & 0x800, 0x800, "the bit of the version word that forces complain mode");

    fs::write(place.path("proc/7/task/7/attr/apparmor/current"), "web//upload (enforce)\n").unwrap();
    let errors = place.refused(2, &["disable", "web", "--reload"]);
    assert!(errors.contains("tasks run under it and would become unconfined: 7 (server)"), "{errors}");
    place.done(&["disable", "web", "--reload", "--force"]);
    assert_eq!(place.read("sys/.remove"), "web\0");
    fs::write(place.path("sys/.replace"), "").unwrap();
    place.done(&["audit", "web", "--reload"]);
    assert_eq!(place.read("sys/.replace"), "", "what is disabled is not loaded");

    // What does not compile is not written either.
    fs::write(place.path("base/unknown"), "profile unknown {\n  include <nosuch>\n}\n").unwrap();
    let errors = place.refused(1, &["kill", "unknown", "wide", "--reload"]);
    assert!(errors.contains("include-open"), "{errors}");
    place.done(&["kill", "unknown"]);
    fs::remove_file(place.path("sys/profiles")).unwrap();
    place.refused(2, &["disable", "wide", "--reload"]);
}

#[test]
fn what_would_change_is_shown() {
    let place = Place::new();
    let output = place.mode(&["audit", "web", "--hats", "--diff"]);
    assert_eq!((status(&output), &*place.read("base/web")), (1, WEB));
    let expected = "\
--- base/web
+++ base/web
@@ -1,13 +1,13 @@
 include <tunables/own>
 
 # The server.
-profile web   @{own}/web  { # started by init
+profile web   @{own}/web flags=(audit)  { # started by init
   include <abstractions/own>
   /srv/**   r, # complain
   deny /etc/shadow r,
   audit deny /etc/passwd w,
 
-  ^upload flags=(attach_disconnected) {
+  ^upload flags=(attach_disconnected,audit) {
     /srv/upload/**   rw,
   }
   profile helper {
";
    assert_eq!(text(&output.stdout), expected);
    let output = place.mode(&["disable", "web", "--dry-run"]);
    assert_eq!((status(&output), text(&output.stdout)), (1, "base/disable/web: created\n"));
    assert!(!place.path("base/disable").exists());
    assert_eq!(status(&place.mode(&["enforce", "web", "--dry-run"])), 0, "nothing would change");
    let json: serde_json::Value =
        serde_json::from_str(&place.done(&["unconfined", "cat", "--format", "json"])).unwrap();
    let expected = serde_json::json!({
        "written": true,
        "profiles": [{
            "file": "base/two",
            "line": 1,
            "profile": "cat",
            "changed": true,
            "from": { "mode": "enforce", "audit": true },
            "to": { "mode": "unconfined", "audit": true },
        }],
        "links": [],
        "warnings": [],
    });
    assert_eq!(json, expected);
}
