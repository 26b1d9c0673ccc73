//! armorer called as `aa-enforce`, `aa-complain`, `aa-disable` and `aa-audit`.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Place, TWO, WEB};
use crate::support::command::{status, text};

#[test]
fn names_of_the_utilities() {
    let place = Place::new();
    let ours = |name: &str, arguments: &[&str]| {
        let output = place.called(name, &[&["-d", "base", "--no-reload"], arguments].concat());
        (status(&output), text(&output.stdout).to_owned())
    };
    assert_eq!(ours("aa-complain", &["/srv/bin/web"]), (0, "Setting /srv/bin/web to complain mode.\n".into()));
    let complains = WEB.replace("/web  {", "/web flags=(complain)  {");
    let complains = complains.replace("(attach_disconnected)", "(attach_disconnected,complain)");
    assert_eq!(place.read("base/web"), complains, "the profile with its hats");
    ours("aa-enforce", &["base/web"]);
    assert_eq!(place.read("base/web"), WEB);
    ours("aa-complain", &["base/web"]);
    assert!(place.read("base/web").contains("profile helper flags=(complain) {"), "of a file, children as well");

    assert_eq!(ours("aa-disable", &["base/web"]), (0, "Disabling base/web.\n".into()));
    let output = place.called("aa-audit", &["--dir=base", "--no-rel", "web"]);
    assert_eq!((status(&output), text(&output.stdout)), (0, "Setting web to audit mode.\n"));
    assert!(text(&output.stderr).contains("Warning: the link `base/disable/web` exists"), "{}", text(&output.stderr));
    assert_eq!(ours("aa-audit", &["-r", "web"]), (0, "Removing audit mode from web.\n".into()));
    fs::create_dir_all(place.path("base/force-complain")).unwrap();
    symlink("../web", place.path("base/force-complain/web")).unwrap();
    ours("aa-complain", &["web"]);
    assert!(!place.path("base/disable/web").exists() && place.path("base/force-complain/web").exists());
    ours("aa-enforce", &["web"]);
    assert!(!place.path("base/force-complain/web").exists());

    // What is not there is skipped, and the rest is done.
    let (status_, said) = ours("aa-audit", &["nosuch", "/no/such", "cat"]);
    let skipped = "Profile for nosuch not found, skipping\nProfile for /no/such not found, skipping\n";
    assert_eq!((status_, said), (0, format!("{skipped}Setting cat to audit mode.\n")));
    ours("aa-audit", &["-r", "cat"]);
    let all = ours("aa-audit", &["base/abstractions", "base/disable", "base/web"]);
    let skipped = "Profile for base/abstractions not found, skipping\nProfile for base/disable not found, skipping\n";
    assert_eq!(all, (0, format!("{skipped}Setting base/web to audit mode.\n")), "as with base/*");
    ours("aa-audit", &["cat"]);
    assert_eq!(ours("aa-enforce", &["browser"]).0, 0);
    assert_eq!(place.read("base/two"), TWO, "what confines nothing is left alone");
    for (name, arguments, expected) in [
        ("aa-complain", &[][..], 2),
        ("aa-complain", &["-r", "web"], 2),
        ("aa-disable", &["--nonsense", "web"], 2),
        ("aa-complain", &["-d", "nowhere", "web"], 1),
        ("aa-enforce", &["--help"], 0),
    ] {
        assert_eq!(status(&place.called(name, arguments)), expected, "{name} {arguments:?}");
    }
}

#[test]
fn hostile_names_are_escaped_under_every_name() {
    const EVIL: &str = "p\x1b[2J\u{202e}\u{9b}8m";
    let place = Place::new();
    let profile = format!("profile \"{EVIL}\" {{\n  deny \"/{EVIL}\" r,\n}}\n");
    fs::write(place.path("base").join(EVIL), &profile).unwrap();
    for name in ["aa-complain", "aa-audit", "aa-disable", "aa-enforce"] {
        for argument in [EVIL, &format!("base/{EVIL}"), &format!("/no/{EVIL}"), &format!("--{EVIL}")] {
            let output = place.called(name, &["-d", "base", "--no-reload", argument]);
            for stream in [&output.stdout, &output.stderr] {
                let said = text(stream);
                let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                assert!(!said.contains(acts), "{name} {argument:?}: {said:?}");
            }
        }
    }
    assert_eq!(place.done(&["no-audit", EVIL]).matches(r"p\x1b[2J\u{202e}\u{9b}8m: audit removed").count(), 1);
    assert_eq!(fs::read_to_string(place.path("base").join(EVIL)).unwrap(), profile, "and back to where it was");
}
