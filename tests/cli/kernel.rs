//! The commands that change and show the kernel's policy, on plain files in the place of securityfs and procfs. Real kernels are in
//! `tests/system/kernel`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::command::{run, status, text};

/// A directory with what a kernel shows, one process, and profiles.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::create_dir_all(place.path("sys/policy/profiles/web.1/profiles")).unwrap();
        fs::create_dir_all(place.path("proc/7/task/7/attr/apparmor")).unwrap();
        fs::create_dir_all(place.path("profiles")).unwrap();
        for (path, text) in [
            ("sys/.load", ""),
            ("sys/.replace", ""),
            ("sys/.remove", ""),
            ("sys/revision", "3\n"),
            ("sys/profiles", "web (enforce)\nold (complain)\n"),
            ("sys/policy/profiles/web.1/name", "web\n"),
            ("sys/policy/profiles/web.1/mode", "enforce\n"),
            ("sys/policy/profiles/web.1/sha256", "00\n"),
            ("proc/7/comm", "nginx\n"),
            ("proc/7/task/7/attr/apparmor/current", "web (enforce)\n"),
            ("profiles/web", "profile web {\n  /srv/** r,\n}\n"),
        ] {
            fs::write(place.path(path), text).unwrap();
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap()
    }

    fn run(&self, command: &str, arguments: &[&str], stdin: &[u8]) -> Output {
        run(self.0.path(), &[&[command, "--securityfs", "sys", "--proc", "proc"], arguments].concat(), stdin)
    }
}

const TARGET: [&str; 4] = ["--features", "linux-7.2", "--base", "."];

#[test]
fn load_and_replace_write_what_compile_writes() {
    let place = Place::new();
    let compiled = run(place.0.path(), &[&["compile", "-o", "-"], &TARGET[..], &["profiles/web"]].concat(), b"");
    for (command, file) in [("load", "sys/.load"), ("replace", "sys/.replace")] {
        let output = place.run(command, &[&TARGET[..], &["profiles/web"]].concat(), b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        assert!(place.read(file) == compiled.stdout, "{command}");
    }
    // A binary policy is taken as it is, also from standard input.
    fs::write(place.path("sys/.replace"), "").unwrap();
    let output = place.run("replace", &[&TARGET[..], &["-"]].concat(), &compiled.stdout);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert!(place.read("sys/.replace") == compiled.stdout);
    let output = place.run("replace", &[&TARGET[..], &["-"]].concat(), compiled.stdout.get(..40).unwrap());
    assert_eq!(status(&output), 2, "half of a binary policy");
}

#[test]
fn complain_mode_is_the_kernels() {
    let place = Place::new();
    let output = place.run("replace", &[&TARGET[..], &["--complain", "profiles/web"]].concat(), b"");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let profiles = armorer::blob::read(&place.read("sys/.replace")).unwrap();
    assert_eq!(profiles[0].version & 0x800, 0x800, "the bit of the version word that forces complain mode");
}

#[test]
fn good_files_are_loaded_beside_broken_ones() {
    let place = Place::new();
    fs::write(place.path("profiles/broken"), "profile broken {\n  /a r\n}\n").unwrap();
    let output = place.run("replace", &[&TARGET[..], &["profiles"]].concat(), b"");
    assert_eq!(status(&output), 1);
    let errors = text(&output.stderr);
    assert!(errors.contains("missing-comma") && errors.contains("replaced 1 of 2 files: 1 profiles"), "{errors}");
    let names: Vec<_> = armorer::blob::read(&place.read("sys/.replace")).unwrap();
    assert_eq!(names[0].name, b"web");
}

#[test]
fn what_kernels_mishandle_is_not_written() {
    let place = Place::new();
    // `web` is loaded; `old` only stands in the list, as a name with a line end could have it.
    for (file, text) in [
        ("child", "profile web//child { }\n"),
        ("orphan", "profile old//child { }\n"),
        ("blank", "profile \"web \" { }\n"),
    ] {
        fs::write(place.path("profiles").join(file), text).unwrap();
    }
    let output = place.run("replace", &[&TARGET[..], &["profiles"]].concat(), b"");
    assert_eq!(status(&output), 2);
    let errors = text(&output.stderr);
    for error in [
        "profiles/orphan: cannot replace \"old//child\": its parent \"old\" is not loaded; load both together or the parent first \
         [parent-missing]",
        "profiles/blank: cannot replace \"web \": the name has a space at the beginning or end",
        "replaced 2 of 4 files: 2 profiles",
    ] {
        assert!(errors.contains(error), "{errors}");
    }
    let checked = run(place.0.path(), &[&["check"], &TARGET[..], &["profiles/orphan", "profiles/blank"]].concat(), b"");
    let errors = text(&checked.stderr);
    assert_eq!(status(&checked), 0, "{errors}");
    assert!(errors.contains("parent-missing") && errors.contains("name-unloadable"), "{errors}");
}

#[test]
fn without_a_kernel_there_is_a_reason() {
    let place = Place::new();
    let output = place.run("replace", &["profiles/web"], b"");
    assert_eq!(status(&output), 2);
    assert!(text(&output.stderr).contains("cannot read the features in sys/features"), "{}", text(&output.stderr));
    let output =
        run(place.0.path(), &[&["replace", "--securityfs", "none"], &TARGET[..], &["profiles/web"]].concat(), b"");
    assert_eq!(status(&output), 2);
    assert!(text(&output.stderr).contains("none/.replace: ENOENT"), "{}", text(&output.stderr));
}

#[test]
fn what_is_in_use_is_not_removed() {
    let place = Place::new();
    let output = place.run("remove", &["web"], b"");
    assert_eq!(status(&output), 2);
    let errors = text(&output.stderr);
    assert!(errors.contains("would become unconfined: 7 (nginx); use --force to remove it anyway"), "{errors}");
    assert!(place.read("sys/.remove").is_empty());
    assert_eq!(status(&place.run("remove", &["old"], b"")), 0);
    assert_eq!(place.read("sys/.remove"), b"old\0");
    let forced = place.run("remove", &[&TARGET[..], &["--force", "--from", "profiles"]].concat(), b"");
    assert_eq!(status(&forced), 0, "{}", text(&forced.stderr));
    assert_eq!(place.read("sys/.remove"), b"web\0");
    fs::remove_file(place.path("proc/7/task/7/attr/apparmor/current")).unwrap();
    fs::create_dir_all(place.path("proc/7/task/7/attr/apparmor/current")).unwrap();
    let output = place.run("remove", &["old"], b"");
    assert!(text(&output.stderr).contains("cannot determine whether tasks run under it"), "{output:?}");
}

#[test]
fn status_shows_profiles_processes_and_drift() {
    let place = Place::new();
    let output = place.run("status", &[&TARGET[..], &["profiles"]].concat(), b"");
    assert_eq!(status(&output), 1);
    let expected = "2 profiles (1 enforce, 1 complain), revision 3\n  old (complain)\n  web (enforce): 7 nginx\n\
                    profiles/web: web differs from the loaded policy\n";
    assert_eq!(text(&output.stdout), expected);

    let compiled = run(place.0.path(), &[&["compile", "-o", "-"], &TARGET[..], &["profiles/web"]].concat(), b"").stdout;
    let (_, content) = armorer::kernel::hash::profiles(&compiled).unwrap().remove(0);
    let like = armorer::kernel::hash::PolicyHash::Sha256(String::new());
    fs::write(place.path("sys/policy/profiles/web.1/sha256"), content.hash(&like).to_string()).unwrap();
    let output = place.run("status", &[&TARGET[..], &["--json", "profiles"]].concat(), b"");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["drift"], serde_json::json!([]));
    assert_eq!(shown["profiles"][1]["name"], "web");
    assert_eq!(shown["profiles"][1]["mode"], "enforce");
    assert_eq!(shown["profiles"][1]["tasks"][0]["pid"], 7);
    assert_eq!(shown["profiles"][1]["hash"]["sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn the_agent_makes_one_pass() {
    let place = Place::new();
    let arguments = ["--once", "--state", "state/names.json", "--log", "json", "--prefix", "web"];
    let output = place.run("watch", &[&TARGET[..], &arguments, &["profiles"]].concat(), b"");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["event"], &line["file"]), (&"replaced".into(), &"profiles/web".into()));
    assert_eq!(line["profiles"], serde_json::json!(["web"]));
    let state: serde_json::Value = serde_json::from_slice(&place.read("state/names.json")).unwrap();
    assert_eq!(state["profiles"]["web"]["file"], "profiles/web");

    fs::write(place.path("profiles/bad"), "profile {\n").unwrap();
    let output = place.run("watch", &[&TARGET[..], &arguments, &["profiles"]].concat(), b"");
    assert_eq!(status(&output), 1);
    assert!(text(&output.stdout).contains("\"event\":\"refused\",\"file\":\"profiles/bad\""), "{output:?}");
}

/// Returns the answer that a client gets for a path.
fn get(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_agent_serves_metrics_and_ends_on_a_signal() {
    let place = Place::new();
    let mut agent = Command::new(env!("CARGO_BIN_EXE_armorer"))
        .args(["watch", "--securityfs", "sys", "--proc", "proc", "--state", "names.json", "--listen", "127.0.0.1:0"])
        .args(TARGET)
        .arg("profiles")
        .current_dir(place.0.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(agent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let serving = lines.next().unwrap();
    let address = serving.rsplit("http://").next().unwrap().to_owned();
    // Loaded by somebody else, and no prefix says whose it is.
    let refused = lines.next().unwrap();
    assert!(refused.starts_with("error: refused profiles/web [web]: \"web\" is already loaded"), "{refused}");
    // The file changes: the log says so without waiting for the interval.
    fs::write(place.path("profiles/new"), "profile new { }\n").unwrap();
    assert_eq!(lines.next().unwrap(), "info: loaded profiles/new [new]");
    assert!(get(&address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nok\n"));
    let metrics = get(&address, "GET /metrics HTTP/1.1\r\n\r\n");
    for line in [
        "armorer_file_in_force{file=\"profiles/web\"} 0",
        "armorer_file_in_force{file=\"profiles/new\"} 1",
        "armorer_profile_loaded{profile=\"new\"} 1",
        "armorer_changes_total{result=\"loaded\"} 1",
    ] {
        assert!(metrics.lines().any(|shown| shown == line), "no {line} in {metrics}");
    }
    assert!(get(&address, "GET /other HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(get(&address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert!(get(&address, "nonsense\r\n\r\n").starts_with("HTTP/1.1 405"));
    // Who says nothing is not waited for long.
    let silent = TcpStream::connect(&address).unwrap();
    assert!(get(&address, "GET /healthz HTTP/1.1\r\n\r\n").ends_with("ok\n"));
    drop(silent);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(agent.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(lines.next().unwrap(), "info: note: stopped; what is loaded stays loaded");
    assert_eq!(agent.wait().unwrap().code(), Some(0));
    assert!(place.read("sys/.remove").is_empty());
}

#[test]
fn exec_says_why_not() {
    let place = Place::new();
    let output = run(place.0.path(), &["exec", "--profile", "no such profile", "--", "true"], b"");
    assert_eq!(status(&output), 2);
    assert!(text(&output.stderr).contains("cannot change to \"no such profile\" at exec"), "{}", text(&output.stderr));
}

/// The unit's command, with the directories of a place for those of a system.
#[test]
fn the_unit_for_boot_calls_armorer_as_it_is() {
    let place = Place::new();
    let unit = include_str!("../../examples/boot/armorer.service");
    let commands: Vec<&str> =
        unit.lines().filter_map(|line| line.split_once("=/usr/bin/armorer ")).map(|(_, c)| c).collect();
    assert_eq!(commands.len(), 2, "start and reload");
    for command in commands {
        fs::write(place.path("sys/.replace"), "").unwrap();
        let command = command.replace("/etc/apparmor.d", "profiles").replace("/var/cache/armorer", "cache");
        let mut words: Vec<&str> = command.split(' ').collect();
        let name = words.remove(0);
        let output = place.run(name, &[&TARGET[..], &words].concat(), b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "quiet");
        assert!(!place.read("sys/.replace").is_empty());
    }
    assert_eq!(fs::read_dir(place.path("cache")).unwrap().count(), 1);
}

#[test]
fn the_snippet_for_packages_is_a_script() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/boot/postinst");
    for arguments in [&["-n", path][..], &[path, "abort-upgrade"]] {
        assert!(Command::new("sh").args(arguments).status().unwrap().success());
    }
}

#[test]
fn what_exceeds_the_baseline_is_not_loaded() {
    let place = Place::new();
    fs::write(place.path("baseline"), "profile node {\n  /srv/** r,\n}\n").unwrap();
    fs::write(place.path("profiles/more"), "profile more {\n  /srv/** rw,\n}\n").unwrap();
    let excess = "exceeds the baseline: more: against node: file \"/srv/a\": new access: BASE allows r, NEW allows rw";
    let output = place.run("replace", &[&TARGET[..], &["--baseline", "baseline", "profiles"]].concat(), b"");
    assert_eq!(status(&output), 1);
    let errors = text(&output.stderr);
    assert!(errors.contains(excess) && errors.contains("replaced 1 of 2 files"), "{errors}");
    let profiles = armorer::blob::read(&place.read("sys/.replace")).unwrap();
    assert_eq!(profiles[0].name, b"web");

    // The same for a binary policy, and with a binary baseline; complain mode allows everything.
    let compile =
        |path: &str| run(place.0.path(), &[&["compile", "-o", "-"], &TARGET[..], &[path]].concat(), b"").stdout;
    fs::write(place.path("baseline.bin"), compile("baseline")).unwrap();
    let arguments = [&TARGET[..], &["--baseline", "baseline.bin", "-"]].concat();
    assert_eq!(status(&place.run("load", &arguments, &compile("profiles/more"))), 1);
    assert_eq!(status(&place.run("load", &arguments, &compile("profiles/web"))), 0);
    let arguments = [&TARGET[..], &["--baseline", "baseline", "--complain", "profiles/web"]].concat();
    let output = place.run("load", &arguments, b"");
    assert!(
        status(&output) == 1 && text(&output.stderr).contains("the mode allows everything"),
        "{}",
        text(&output.stderr)
    );

    // A baseline is one profile.
    fs::write(place.path("baseline"), "profile a { }\nprofile b { ^hat { } }\n").unwrap();
    let output = place.run("load", &[&TARGET[..], &["--baseline", "baseline", "profiles/web"]].concat(), b"");
    assert!(status(&output) == 2 && text(&output.stderr).contains("and not 2"), "{}", text(&output.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn the_agent_refuses_what_exceeds_the_baseline() {
    let place = Place::new();
    fs::write(place.path("sys/profiles"), "").unwrap();
    fs::write(place.path("baseline"), "profile node {\n  /srv/** r,\n}\n").unwrap();
    fs::write(place.path("profiles/more"), "profile more {\n  /srv/** rw,\n}\n").unwrap();
    let watch = ["--once", "--state", "state", "--baseline", "baseline", "profiles"];
    let output = place.run("watch", &[&TARGET[..], &watch].concat(), b"");
    assert_eq!(status(&output), 1, "{}", text(&output.stderr));
    let log = text(&output.stdout);
    let line = log.lines().find(|line| line.contains("more")).unwrap_or_default();
    assert!(line.contains("refused") && line.contains("exceeds the baseline: more: against node: file"), "{log}");
}
