//! Texts, names and readers that mean harm: output is bounded, nothing in it steers a terminal, and a closed pipe ends every command
//! quietly.

use std::fs;
use std::io::pipe;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::command::{run, status, text};

/// Clears the screen, sets the title, hides what follows, and turns text round.
const EVIL: &str = "\x1b[2J\x1b]0;x\x07\u{9b}8m\u{202e}\x7f\u{2066}";

fn place(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = place.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place
}

fn check(place: &Path, arguments: &[&str]) -> Output {
    run(place, &[&["check", "--features", "linux-7.2", "--base", "base"], arguments].concat(), b"")
}

#[test]
fn of_a_long_line_a_part_is_printed() {
    let long = [b"profile p { capability chwon, # ".to_vec(), b"x".repeat(8 << 20), b"\n}\n".to_vec()].concat();
    let word = [b"profile p { ".to_vec(), b"w".repeat(8 << 20), b" }\n".to_vec()].concat();
    let place = place(&[("long", &long), ("word", &word)]);
    for (command, name) in [("check", "long"), ("check", "word"), ("lint", "long"), ("lint", "word"), ("fmt", "word")] {
        let output = run(place.path(), &[command, name], b"");
        let size = output.stderr.len() + output.stdout.len();
        assert!(status(&output) == 1 && size < 8_000, "{command} {name}: {} {size}", status(&output));
    }
}

#[test]
fn many_errors_are_counted() {
    let text_of = format!("profile p {{\n{}}}\n", "  capability chwon,\n".repeat(2_000));
    let place = place(&[("many", text_of.as_bytes()), ("other", b"profile q { capability chwon, }\n")]);
    let output = check(place.path(), &["many", "other"]);
    let errors = text(&output.stderr);
    assert_eq!(errors.matches("unknown capability").count(), 31, "30 of one file, and that of the other");
    assert!(
        errors.contains("note: 1970 more errors are not shown; run `armorer check --all` to show them\n"),
        "{errors}"
    );
    assert!(errors.contains("2001 errors") && errors.len() < 20_000, "{}", errors.len());
    let all = check(place.path(), &["--all", "many"]);
    assert_eq!(text(&all.stderr).matches("unknown capability").count(), 2_000);
    for command in ["compile", "lint"] {
        let options: &[&str] = if command == "compile" { &["-o", "out"] } else { &[] };
        let output = run(place.path(), &[&[command], options, &["many"]].concat(), b"");
        let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(printed.contains("1970 more errors") && printed.len() < 20_000, "{command}");
        let all = run(place.path(), &[&[command, "--all"], options, &["many"]].concat(), b"");
        assert_eq!(format!("{}{}", text(&all.stdout), text(&all.stderr)).matches("unknown capability").count(), 2_000);
    }
}

#[test]
fn a_warning_of_many_places_is_one() {
    let mut profile = String::from("abi <kernel>,\nprofile p {\n");
    let mut files: Vec<(String, &[u8])> = Vec::new();
    for number in 0..60 {
        profile += &format!("  include <abstractions/a{number}>\n");
        files.push((format!("base/abstractions/a{number}"), b"abi <default>,\n/a r,\n"));
    }
    profile += "}\n";
    let mut files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    files.push(("p", profile.as_bytes()));
    let place = place(&files);
    let output = check(place.path(), &["p"]);
    let warnings = text(&output.stderr);
    assert_eq!(warnings.matches("abi-differs").count(), 1, "{warnings}");
    assert!(warnings.contains("and 56 more places") && warnings.contains("60 warnings"), "{warnings}");
    let all = check(place.path(), &["--all", "p"]);
    assert_eq!(text(&all.stderr).matches("abi-differs").count(), 60);
}

#[test]
fn what_is_not_there_is_not_checked() {
    let place = place(&[("good", b"profile good { }\n")]);
    let count = |arguments: &[&str]| {
        let output = check(place.path(), arguments);
        let line = text(&output.stderr).lines().last().unwrap().to_owned();
        (status(&output), line.split(':').next().unwrap().to_owned())
    };
    assert_eq!(count(&["nowhere"]), (2, "checked 0 files".into()));
    assert_eq!(count(&["nowhere", "good"]), (2, "checked 1 file".into()));
    assert_eq!(count(&["good", "good"]), (0, "checked 2 files".into()));
}

#[test]
fn compile_writes_through_links() {
    let place = place(&[("good", b"profile good { /a r, }\n"), ("dir/old", b"old")]);
    symlink("dir/old", place.path().join("link")).unwrap();
    symlink("dir/new", place.path().join("dangling")).unwrap();
    for (link, file) in [("link", "dir/old"), ("dangling", "dir/new")] {
        let output = run(place.path(), &["compile", "--features", "linux-7.2", "-o", link, "good"], b"");
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        assert!(place.path().join(link).is_symlink(), "{link}");
        assert!(fs::read(place.path().join(file)).unwrap().starts_with(b"\x04\x08\0version"), "{file}");
    }
}

/// A place with harm in every name and text, and what stands for a kernel.
fn evil_place() -> (tempfile::TempDir, String) {
    let profile = format!("profile \"p{EVIL}\" {{\n  \"/a{EVIL}\" r,\n  capability chown{EVIL},\n}} # {EVIL}\n");
    let good = format!("profile \"p{EVIL}\" {{\n  \"/a{EVIL}\" r,\n \"/b{EVIL}\" w,\n ptrace peer=\"x{EVIL}\",\n}}\n");
    let other = format!("profile \"p{EVIL}\" {{\n  \"/a{EVIL}\" rw,\n  \"/c{EVIL}\" k,\n}}\n");
    let name = format!("evil{}", EVIL.replace('/', ""));
    let suite = format!(
        "profiles = [\"good\"]\n[[test]]\naccess = \"file /x{} w\"\nallowed = true\n",
        EVIL.escape_unicode().to_string().replace("\\u{", "\\u").replace('}', "")
    );
    let toml = |text: &str| text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect::<String>();
    let covered = format!(
        "profiles = [\"good\", \"other\"]\n[[test]]\nprofile = \"p{}\"\naccess = \"file /a{} r\"\nexpect = \"denied\"\nreason = \"{}\"\n",
        toml(EVIL),
        toml(EVIL),
        toml(EVIL)
    );
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let record = |profile: &str, path: &str| {
        format!(
            "audit: type=1400 audit(1.0:1): apparmor=\"DENIED\" operation=\"open\" info=\"{}\" profile={} name={} comm={} denied_mask=\"r\"\n",
            EVIL.replace(['"', '\n'], ""),
            hex(profile),
            hex(path),
            hex(EVIL)
        )
    };
    let records = record("tree", &format!("/x{EVIL}")) + &record(&format!("p{EVIL}"), &format!("/y{EVIL}"));
    let place = place(&[
        ("records", records.as_bytes()),
        (&name, profile.as_bytes()),
        ("good", good.as_bytes()),
        ("other", other.as_bytes()),
        ("suite.toml", suite.as_bytes()),
        ("covered.toml", covered.as_bytes()),
        ("sys/.load", b""),
        ("sys/.replace", b""),
        ("sys/.remove", b""),
        ("sys/revision", b"3\n"),
        ("sys/profiles", format!("p{EVIL} (enforce)\n").as_bytes()),
        ("proc/7/comm", format!("c{EVIL}\n").as_bytes()),
        ("proc/7/task/7/attr/apparmor/current", format!("p{EVIL} (enforce)\n").as_bytes()),
        ("tree/p", b"profile tree { }\n"),
        ("broken/p", profile.as_bytes()),
        ("conf", b""),
        ("features", b"x"),
    ]);
    fs::create_dir_all(place.path().join("sys/policy/profiles")).unwrap();
    fs::create_dir_all(place.path().join("pages")).unwrap();
    (place, name)
}

/// A command line for each command, and whether what it prints is data.
fn commands(evil: &str) -> Vec<(Vec<String>, bool)> {
    let target = "--features linux-7.2 --base .";
    let kernel = "--securityfs sys --proc proc --features linux-7.2 --base .";
    let file = "@EVIL@";
    [
        (format!("check {target} {file}"), false),
        (format!("check {target} nowhere-{file}"), false),
        (format!("check --features {file} good"), false),
        (format!("check --werror={file} good"), false),
        (format!("fmt --check {file}"), false),
        ("fmt --diff good".to_owned(), true),
        ("fmt -".to_owned(), true),
        (format!("lint --no-config {file}"), false),
        (format!("lint --no-config --format json {file}"), false),
        (format!("lint --no-config --format sarif {file}"), false),
        (format!("lint --no-config --format github {file}"), false),
        (format!("lint --no-config --format gitlab {file}"), false),
        (format!("lint --select {file} good"), false),
        ("lint --list".to_owned(), false),
        (format!("explain {file}"), false),
        ("explain AA0201".to_owned(), false),
        (format!("compile {target} -o - {file}"), false),
        (format!("compile {target} -o - good"), true),
        (format!("compile {target} -o no/such/{file} good"), false),
        (format!("compile {target} --timings -o out good"), false),
        (format!("image --features linux-7.2 --base tree --cache-dir cache {file}"), false),
        ("ast good".to_owned(), true),
        (format!("ast {file}"), false),
        ("ast --schema".to_owned(), true),
        ("features linux-7.2".to_owned(), true),
        (format!("features nowhere-{file}"), false),
        ("features --list".to_owned(), false),
        (format!("features --capture --securityfs {file}"), false),
        (format!("learn {kernel} --log good {file} -- true"), false),
        (format!("learn {kernel} --log good good -- nowhere-{file}"), false),
        (format!("diff {target} good other"), false),
        (format!("diff {target} --json good other"), false),
        (format!("diff {target} good {file}"), false),
        (format!("diff {target} --no-new-access good other"), false),
        (format!("diff {target} --no-new-access --json good other"), false),
        (format!("diff {target} --no-new-access --format github good {file}"), false),
        (format!("diff {target} --no-new-access --format sarif good {file}"), false),
        (format!("diff {target} --no-new-access --access-not-granted {file} good other"), false),
        (format!("replace {kernel} --baseline {file} good"), false),
        (format!("diff {target} --no-new-access --baseline {file} good other"), false),
        (format!("compat --from linux-6.12 --to linux-7.2 --base . --all good other {file}"), false),
        (format!("compat --from linux-7.2 --to linux-6.1 --base . --json good nowhere-{file}"), false),
        (format!("compat --from {file} --to linux-6.1 good"), false),
        (format!("dump {target} good"), false),
        (format!("dump {target} --json good"), false),
        (format!("dump {target} --statistics good"), false),
        (format!("query {target} good file /a{file} rw"), false),
        (format!("query {target} --json good file /a{file} rw"), false),
        (format!("query {target} good {file}"), false),
        (format!("search {target} good file /a{file} rw"), false),
        (format!("search {target} --json good file /*{file} rw"), false),
        (format!("search {target} {file} file /** r"), false),
        (format!("graph {target} good"), false),
        (format!("graph {target} --format json good"), false),
        (format!("graph {target} --format dot good"), false),
        (format!("graph {target} --format mermaid good"), false),
        (format!("graph {target} --format html good"), false),
        (format!("graph {target} --from {file} --to unconfined good"), false),
        (format!("graph {target} {file}"), false),
        (format!("query {target} --profile {file} good file /a r"), false),
        ("test suite.toml".to_owned(), false),
        ("test --json suite.toml".to_owned(), false),
        ("test --coverage covered.toml".to_owned(), false),
        ("test --coverage=json covered.toml".to_owned(), false),
        ("test --coverage=lcov covered.toml".to_owned(), false),
        ("test --coverage=html covered.toml".to_owned(), false),
        (format!("test --init {file}"), false),
        ("test --init good --features linux-7.2 --base tree".to_owned(), true),
        (format!("test --coverage --coverage-output nowhere/{file} covered.toml"), false),
        (format!("load {kernel} {file}"), false),
        (format!("load {kernel} good"), false),
        (format!("replace {kernel} good"), false),
        (format!("remove --securityfs sys --proc proc p{file}"), false),
        (format!("remove --securityfs sys --proc proc --force p{file}"), false),
        (format!("mode {kernel} --reload complain good other {file}"), false),
        (format!("mode {kernel} audit ./good p{file}"), false),
        (format!("mode {kernel} --dry-run disable ./good {file}"), false),
        (format!("mode {kernel} --format json kill ./good"), false),
        (format!("mode {kernel} --diff complain ./good"), true),
        (format!("mode {kernel} {file} good"), false),
        ("log records".to_owned(), false),
        ("log --format json records".to_owned(), false),
        ("log --format json-lines records".to_owned(), false),
        ("log --format github records".to_owned(), false),
        ("log --why --features linux-7.2 -b tree records".to_owned(), false),
        ("log --unused --features linux-7.2 -b tree records".to_owned(), false),
        ("log --suggest --create --features linux-7.2 -b tree records".to_owned(), false),
        ("log --suggest=exact records".to_owned(), false),
        ("log --diff --features linux-7.2 -b tree records".to_owned(), true),
        ("log --fix --features linux-7.2 -b tree records".to_owned(), false),
        (format!("log --ignore {file} --profile {file} nowhere-{file}"), false),
        (format!("new -b tree {file}"), false),
        (format!("new -b tree --root . /{file} --write"), false),
        (format!("new -b tree --unit ./{file}"), false),
        (format!("new -b tree --oci {file}"), false),
        (format!("new -b tree --compose {file} --output x"), false),
        ("status --securityfs sys --proc proc".to_owned(), false),
        ("status --securityfs sys --proc proc --json".to_owned(), false),
        (format!("status {kernel} good other {file}"), false),
        (format!("exec -p {file} true"), false),
        (format!("watch {kernel} --once --state state.json broken tree"), false),
        (format!("parser --config-file=conf -Q -K --base tree {file}"), false),
        (format!("parser --config-file=conf -Q -K --base tree nowhere-{file}"), false),
        ("parser --config-file=conf -N good".to_owned(), true),
        ("parser --config-file=conf -Q -K -d good".to_owned(), true),
        ("parser --config-file=conf -Q -K -S good".to_owned(), true),
        ("parser --config-file=conf -p good".to_owned(), true),
        ("completions bash".to_owned(), false),
        ("man pages".to_owned(), false),
        ("lsp".to_owned(), false),
        ("help".to_owned(), false),
        (format!("{file} x"), false),
        (format!("check --{file}"), false),
    ]
    .into_iter()
    .map(|(line, data)| (line.split(' ').map(|word| word.replace("@EVIL@", evil)).collect(), data))
    .collect()
}

/// The first character that a terminal would act on.
fn active(bytes: &[u8]) -> Option<char> {
    let acts = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    String::from_utf8_lossy(bytes).chars().find(acts)
}

/// A request, so that the language server has something to answer.
const REQUEST: &[u8] = b"Content-Length: 75\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{}}}";

#[test]
fn nothing_steers_a_terminal() {
    let (place, name) = evil_place();
    for (arguments, data) in commands(&name) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(place.path(), &arguments, b"");
        assert_ne!(status(&output), 101, "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(active(&output.stderr), None, "{arguments:?}: {:?}", String::from_utf8_lossy(&output.stderr));
        if !data {
            assert_eq!(active(&output.stdout), None, "{arguments:?}: {:?}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

#[test]
fn a_closed_pipe_ends_every_command_quietly() {
    let (place, name) = evil_place();
    let lines = commands(&name);
    let help = run(place.path(), &["help"], b"");
    let listed = text(&help.stdout).lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    for line in listed.take_while(|line| line.starts_with("  ")) {
        let command = line.split_whitespace().next().unwrap();
        assert!(lines.iter().any(|(arguments, _)| arguments[0] == command), "{command} is tried");
    }
    let request: PathBuf = place.path().join("request");
    fs::write(&request, REQUEST).unwrap();
    for (arguments, _) in &lines {
        for closed in ["stdout", "stderr"] {
            let (reader, writer) = pipe().unwrap();
            drop(reader);
            let mut command = Command::new(env!("CARGO_BIN_EXE_armorer"));
            command.args(arguments).current_dir(place.path()).stdin(fs::File::open(&request).unwrap());
            match closed {
                "stdout" => command.stdout(writer).stderr(Stdio::piped()),
                _ => command.stderr(writer).stdout(Stdio::piped()),
            };
            let output = command.spawn().unwrap().wait_with_output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr).to_lowercase();
            assert!(
                output.status.code().is_some_and(|code| code != 101),
                "{arguments:?} with closed {closed}: {errors}"
            );
            for word in ["broken pipe", "panicked", "standard output"] {
                assert!(!errors.contains(word), "{arguments:?} with closed {closed}: {errors}");
            }
        }
    }
}

/// A path in a profile may name any file that the user can read: only those of the tree are quoted.
#[test]
fn included_files_outside_of_the_tree_are_not_quoted() {
    let place = place(&[("secret", b"hunter2\n"), ("base/abstractions/own", b"chwon,\n"), ("more/own2", b"cwhon,\n")]);
    let outside = place.path().join("secret");
    let profile = format!(
        "profile p {{\n  include \"{}\"\n  include <abstractions/own>\n  include <own2>\n  nonsense,\n}}\n",
        outside.display()
    );
    fs::write(place.path().join("p"), profile).unwrap();
    symlink(&outside, place.path().join("base/link")).unwrap();
    fs::write(place.path().join("q"), "profile q { include <link> }\n").unwrap();
    let output = check(place.path(), &["-I", "more", "p", "q"]);
    let shown = text(&output.stderr);
    assert_eq!(status(&output), 1);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("secret:1:1") && shown.contains("base/link:1:1"), "{shown}");
    assert!(["chwon", "cwhon", "nonsense"].iter().all(|word| shown.contains(word)), "{shown}");
}
