//! The command line as other programs call it: arguments, standard streams, exit status, files.

use std::path::Path;
use std::process::Output;

use crate::support::command::{self, status, text};

const GOOD: &str = "profile good {\n  /etc/good.conf r,\n}\n";
const UNTIDY: &str = "profile   good { # why\n/etc/good.conf    r,\n}\n";
const BROKEN: &str = "profile broken {\n  /etc/x r\n  capability chwon,\n}\n";

fn run(arguments: &[&str], directory: &Path, stdin: &str) -> Output {
    command::run(directory, arguments, stdin.as_bytes())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("readable");
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn check_tells_good_from_broken() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("good"), GOOD).unwrap();
    std::fs::write(directory.path().join("broken"), BROKEN).unwrap();
    let features = ["check", "--features", "linux-7.2"];
    let check = |paths: &[&str], stdin| run(&[&features, paths].concat(), directory.path(), stdin);

    assert_eq!(status(&check(&["good"], "")), 0);
    assert_eq!(status(&check(&["-"], GOOD)), 0);
    assert_eq!(status(&check(&[], GOOD)), 0);
    assert_eq!(status(&check(&["good", "nowhere"], "")), 2);

    let output = check(&["good", "broken"], "");
    assert_eq!(status(&output), 1);
    let errors = text(&output.stderr);
    // Both errors of the file, each with its code, its place and what to write.
    assert!(errors.contains("missing-comma") && errors.contains("broken:2:11"), "{errors}");
    assert!(errors.contains("cap-invalid") && errors.contains("broken:3:14") && errors.contains("chown"), "{errors}");
    assert!(!errors.contains('\x1b'), "no colours outside a terminal");
    assert!(output.stdout.is_empty());
}

#[test]
fn directories_are_walked_as_apparmor_does() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    std::fs::create_dir_all(tree.join("abstractions")).unwrap();
    for name in ["b", "a", "README", ".hidden", "a.dpkg-old", "b~", "abstractions/c"] {
        std::fs::write(tree.join(name), if matches!(name, "a" | "b") { GOOD } else { BROKEN }).unwrap();
    }
    let output = run(&["check", "--features", "linux-7.2", "tree"], directory.path(), "");
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("checked 2 files"));
}

#[test]
fn fmt_rewrites_only_what_changes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("untidy");
    std::fs::write(&path, UNTIDY).unwrap();
    let fmt = |arguments: &[&str], stdin| run(&[&["fmt"], arguments].concat(), directory.path(), stdin);
    let tidy = "profile good { # why\n  /etc/good.conf r,\n}\n";

    assert_eq!(status(&fmt(&["--check", "untidy"], "")), 1);
    let output = fmt(&["--diff", "untidy"], "");
    assert_eq!(status(&output), 1);
    assert!(
        text(&output.stdout).contains("-/etc/good.conf    r,\n+profile good { # why\n+  /etc/good.conf r,"),
        "{}",
        text(&output.stdout)
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), UNTIDY, "--check and --diff write nothing");

    assert_eq!(status(&fmt(&["untidy"], "")), 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), tidy);
    assert_eq!(status(&fmt(&["--check", "untidy"], "")), 0);
    assert_eq!(names(directory.path()), ["untidy"], "no temporary file stays behind");

    let output = fmt(&["-"], UNTIDY);
    assert_eq!((status(&output), text(&output.stdout)), (0, tidy));

    std::fs::write(&path, BROKEN).unwrap();
    assert_eq!(status(&fmt(&["untidy"], "")), 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), BROKEN, "a file with errors is left alone");
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("real");
    std::fs::write(&path, UNTIDY).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real", directory.path().join("link")).unwrap();
    assert_eq!(status(&run(&["fmt", "link"], directory.path(), "")), 0);
    assert!(directory.path().join("link").is_symlink());
    assert_ne!(std::fs::read_to_string(&path).unwrap(), UNTIDY);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn compile_writes_all_or_nothing() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("good"), GOOD).unwrap();
    std::fs::write(directory.path().join("broken"), BROKEN).unwrap();
    let compile = |arguments: &[&str], stdin| {
        run(&[&["compile", "--features", "linux-6.1"], arguments].concat(), directory.path(), stdin)
    };

    let output = compile(&["-o", "-", "-"], GOOD);
    assert_eq!(status(&output), 0);
    assert!(output.stdout.starts_with(b"\x04\x08\0version\0\x02"));
    let blob = output.stdout;

    assert_eq!(status(&compile(&["-o", "out", "good"], "")), 0);
    assert_eq!(std::fs::read(directory.path().join("out")).unwrap(), blob);

    assert_eq!(status(&compile(&["-o", "both", "good", "broken"], "")), 1);
    assert!(!directory.path().join("both").exists(), "half a policy is no policy");

    assert_eq!(status(&compile(&["--output-dir", "dir", "broken", "good"], "")), 1);
    assert_eq!(names(&directory.path().join("dir")), ["good"], "every input is tried");
    assert_eq!(std::fs::read(directory.path().join("dir/good")).unwrap(), blob);

    for jobs in ["1", "3"] {
        let output = compile(&["-j", jobs, "-o", "-", "good", "good"], "");
        assert_eq!(output.stdout, [blob.clone(), blob.clone()].concat(), "the same bytes with {jobs} jobs");
    }
}

#[test]
fn warnings_can_be_errors() {
    let directory = tempfile::tempdir().unwrap();
    let compile = |options: &[&str]| {
        let arguments = [&["compile", "--features", "linux-6.1", "-o", "out"], options, &["-"]].concat();
        run(&arguments, directory.path(), "profile p {\n  userns,\n}\n")
    };
    assert_eq!(status(&compile(&[])), 0);
    assert_eq!(names(directory.path()), ["out"]);
    std::fs::remove_file(directory.path().join("out")).unwrap();
    for options in [&["--werror"][..], &["--werror=rule-not-enforced"], &["--werror=userns-unused,rule-not-enforced"]] {
        let output = compile(options);
        assert!(names(directory.path()).is_empty(), "{options:?}");
        let unknown = options[0].contains("userns-unused");
        assert_eq!(status(&output), if unknown { 2 } else { 1 }, "{options:?}: {}", text(&output.stderr));
    }
    assert_eq!(status(&compile(&["--werror", "--allow=rule-not-enforced"])), 0);
    assert_eq!(status(&compile(&["--werror=cap-unknown"])), 0);
}

#[test]
fn usage_errors_are_2() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        &["compile", "x"][..],
        &["compile", "-o", "a", "--output-dir", "b", "x"],
        &["nonsense"],
        &["check", "--features", "linux-0.1", "-"],
        &["features", "linux-0.1"],
        &["diff", "nowhere", "nowhere"],
        &["ast", "nowhere"],
        &[],
    ] {
        let output = run(arguments, directory.path(), GOOD);
        assert_eq!(status(&output), 2, "{arguments:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn endless_inputs_and_devices() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&["check", "--features", "linux-6.1", "/dev/zero"], directory.path(), "");
    assert_eq!(status(&output), 2, "{}", text(&output.stderr));
    assert_eq!(
        status(&run(&["compile", "--features", "linux-6.1", "-o", "/dev/null", "-"], directory.path(), GOOD)),
        0
    );
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file(), "a device is not replaced by a file");
}

#[test]
fn two_inputs_of_one_name_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for sub in ["a", "b"] {
        std::fs::create_dir(directory.path().join(sub)).unwrap();
        std::fs::write(directory.path().join(sub).join("good"), GOOD).unwrap();
    }
    let arguments = ["compile", "--features", "linux-6.1", "--output-dir", "dir", "a/good", "b/good"];
    assert_eq!(status(&run(&arguments, directory.path(), "")), 2);
}

#[test]
fn each_file_has_its_own_warnings() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["aa", "bb"] {
        let profile = format!("abi <kernel>,\nprofile {name} {{\n  userns,\n}}\n");
        std::fs::write(directory.path().join(name), profile).unwrap();
    }
    let output = run(&["check", "--verbose", "--features", "linux-6.1", "aa", "bb"], directory.path(), "");
    let said = text(&output.stderr);
    assert!(said.contains("aa:3:3") && said.contains("bb:3:3") && said.contains("2 warnings"), "{said}");
}

#[test]
fn ast_is_json() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&["ast", "-"], directory.path(), GOOD);
    assert_eq!(status(&output), 0);
    let tree: armorer::ast::TreeDocument = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tree.into_file().unwrap(), armorer::parse(GOOD.as_bytes()).unwrap());
    let back = run(&["ast", "--from-json", "-"], directory.path(), &String::from_utf8(output.stdout).unwrap());
    assert_eq!((status(&back), back.stdout), (0, armorer::parse(GOOD.as_bytes()).unwrap().to_bytes()));
    let hostile = r##"{"version": 1, "file": {"items": [], "tail": [{"comment": {"value": "# a\n/** rwix,"}}]}}"##;
    let refused = run(&["ast", "--from-json", "-"], directory.path(), hostile);
    assert_eq!((status(&refused), refused.stdout), (1, vec![]));
    assert_eq!(status(&run(&["ast", "-"], directory.path(), BROKEN)), 1);
}

#[test]
fn features_are_printed() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&["features", "linux-7.2"], directory.path(), "");
    assert_eq!(status(&output), 0);
    std::fs::write(directory.path().join("set"), &output.stdout).unwrap();
    assert_eq!(run(&["features", "set"], directory.path(), "").stdout, output.stdout);
    assert_eq!(run(&["features", "-"], directory.path(), text(&output.stdout)).stdout, output.stdout);
}

#[test]
fn diff_finds_the_shortest_difference() {
    let directory = tempfile::tempdir().unwrap();
    let compile = |name: &str, profile: &str| {
        let arguments = ["compile", "--features", "linux-7.2", "-o", name, "-"];
        assert_eq!(status(&run(&arguments, directory.path(), profile)), 0);
    };
    compile("a", GOOD);
    compile("b", "profile good {\n  /etc/good.{conf,conf} r,\n}\n");
    compile("c", "profile good {\n  /etc/good.conf rw,\n}\n");
    let diff = |a, b| run(&["diff", a, b], directory.path(), "");
    assert_eq!(status(&diff("a", "b")), 0);
    let output = diff("a", "c");
    assert_eq!(status(&output), 1);
    assert!(text(&output.stdout).contains("/etc/good.conf"), "{}", text(&output.stdout));
    let output = run(&["diff", "--json", "a", "c"], directory.path(), "");
    assert_eq!(status(&output), 1);
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
}

#[test]
fn a_note_says_which_features_are_taken_by_default() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&["check", "-"], directory.path(), GOOD);
    assert!(text(&output.stderr).contains("note: "), "{}", text(&output.stderr));
}

#[test]
fn limits_and_timings() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("p"), "profile p /bin/p {\n  /**a?????????? r,\n  owner /b/* rw,\n}\n")
        .unwrap();
    let compile = |options: &[&str]| {
        let arguments = [&["compile", "--features", "linux-7.2", "-o", "p.bin"], options, &["p"]].concat();
        run(&arguments, directory.path(), "")
    };
    let output = compile(&["--max-states", "500"]);
    assert_eq!(status(&output), 1);
    assert!(text(&output.stderr).contains("the automaton needs more than 500 states"), "{}", text(&output.stderr));
    assert!(!directory.path().join("p.bin").exists());
    assert_eq!(status(&compile(&["--max-states", "0"])), 2);
    assert_eq!(status(&compile(&["--max-memory", "much"])), 2);
    let output = compile(&["--max-memory", "20K"]);
    assert!(text(&output.stderr).contains("memory limit exceeded after"), "{}", text(&output.stderr));

    let output = compile(&["--timings=json", "--quiet"]);
    assert_eq!(status(&output), 0);
    let timings: serde_json::Value = serde_json::from_str(text(&output.stderr)).expect("JSON");
    assert_eq!((&timings[0]["file"], &timings[0]["profiles"][0]["profile"]), (&"p".into(), &"p".into()));
    let automata = timings[0]["profiles"][0]["automata"].as_array().expect("a list");
    assert_eq!(automata.len(), 3);
    for automaton in automata {
        let states = |when: &str| automaton[when].as_u64().expect("a number");
        assert!(states("states") > 1 && states("states") <= states("states_before"), "{automaton}");
    }
    let output = compile(&["--timings"]);
    assert!(text(&output.stderr).contains("p files: 2 patterns, "), "{}", text(&output.stderr));
}

#[test]
fn json_has_the_data_of_messages() {
    let place = tempfile::tempdir().unwrap();
    let text = "include <abstractions/bse>\nprofile p {\n  capability chwon,\n}\n";
    let arguments = ["lint", "--features", "linux-6.12", "--base", ".", "--format", "json", "p"];
    std::fs::create_dir(place.path().join("abstractions")).unwrap();
    std::fs::write(place.path().join("abstractions/base"), "").unwrap();
    std::fs::write(place.path().join("p"), text).unwrap();
    let output = run(&arguments, place.path(), "");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let data = |code: &str| {
        let findings = json["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["code"] == code).unwrap();
        (finding["profile"].clone(), finding["detail"].clone())
    };
    let detail = serde_json::json!({ "kind": "not-found", "path": "abstractions/bse", "nearest": "abstractions/base" });
    assert_eq!(data("include-open"), (serde_json::Value::Null, detail));
    let detail = serde_json::json!({ "kind": "unknown-word", "word": "chwon", "nearest": "chown" });
    assert_eq!(data("cap-invalid"), ("p".into(), detail));
}
