//! `armorer image`: the cache that it writes is the one that a machine's boot finds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::support::command::{run, status, text};

/// A machine's tree: two profiles, one of them disabled, and one that is forced into complain mode.
fn tree(root: &Path) {
    for (path, contents) in [
        ("etc/apparmor.d/abstractions/own", "/etc/own.conf r,\n"),
        ("etc/apparmor.d/web", "profile web /usr/bin/web {\n  include <abstractions/own>\n}\n"),
        ("etc/apparmor.d/db", "profile db /usr/bin/db {\n  /var/db/** rw,\n}\n"),
        ("etc/apparmor.d/off", "profile off { }\n"),
        ("etc/apparmor.d/disable/off", ""),
        ("etc/apparmor.d/soft", "profile soft { }\n"),
        ("etc/apparmor.d/force-complain/soft", ""),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}

const COMMAND: [&str; 7] =
    ["image", "--features", "linux-6.12", "--base", "etc/apparmor.d", "--cache-dir", "var/cache/apparmor"];

/// Every file of the cache, with its contents and time.
fn cache(root: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let directory = root.join("var/cache/apparmor");
    let mut files = BTreeMap::new();
    for id in fs::read_dir(directory).unwrap() {
        for file in fs::read_dir(id.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()));
        }
    }
    files
}

#[test]
fn two_runs_give_the_same_bytes() {
    let place = tempfile::tempdir().unwrap();
    tree(place.path());
    let mut caches = Vec::new();
    for _ in 0..2 {
        let output = run(place.path(), &[&COMMAND[..], &["etc/apparmor.d"]].concat(), b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        let mut files = cache(place.path());
        // The features' text is written anew with a new directory, and nobody compares its time.
        let features = files.keys().find(|name| name.ends_with(".features")).unwrap().clone();
        let (features, _) = files.remove(&features).unwrap();
        caches.push((features, files));
        fs::remove_dir_all(place.path().join("var")).unwrap();
    }
    assert!(caches[0] == caches[1]);
    let names: Vec<&str> = caches[0].1.keys().map(|name| name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["db", "web"], "what is disabled, or complains by force, has no place in a cache");
    assert!(caches[0].1.keys().all(|name| name.starts_with("var/cache/apparmor/979b3ac6.0/")), "the kernel's own id");
}

#[test]
fn boot_finds_it() {
    let place = tempfile::tempdir().unwrap();
    tree(place.path());
    let output = run(place.path(), &[&COMMAND[..], &["etc/apparmor.d"]].concat(), b"");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let features = armorer::Features::builtin("linux-6.12").unwrap();
    fs::write(place.path().join("features"), features.to_text()).unwrap();
    let boot = "parser --replace --skip-kernel-load --show-cache --config-file=/dev/null --kernel-features features \
                --base etc/apparmor.d --cache-loc var/cache/apparmor -- etc/apparmor.d";
    let output = run(place.path(), &boot.split_whitespace().collect::<Vec<_>>(), b"");
    assert_eq!(status(&output), 0);
    let said = text(&output.stderr);
    for name in ["web", "db"] {
        let hit = said.lines().any(|line| line.starts_with("Cache hit: ") && line.ends_with(&format!("/{name}")));
        assert!(hit, "{name}: {said}");
    }
}

#[test]
fn what_does_not_compile_is_told() {
    let place = tempfile::tempdir().unwrap();
    tree(place.path());
    fs::write(place.path().join("etc/apparmor.d/bad"), "profile bad {\n  /a r\n}\n").unwrap();
    let output = run(place.path(), &[&COMMAND[..], &["etc/apparmor.d"]].concat(), b"");
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("etc/apparmor.d/bad at line 3"), "{}", text(&output.stderr));
    assert!(cache(place.path()).keys().any(|name| name.ends_with("/web")), "the others are there");
}
