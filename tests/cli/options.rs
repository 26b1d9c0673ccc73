//! The model of the command line: options mean the same in every command, help fits its terminal, and near words are suggested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::{Arg, ArgAction, Command};

use crate::support::command::{run, text};

/// Options that several commands have, with their letters and what they mean, and the beginnings of their help that say so. The command
/// line may say what an option is for in one command, and has to begin like this.
const SHARED: &[(&str, Option<char>, &str, &[&str])] = &[
    ("base", Some('b'), "directory of the tree that `include <…>` is looked up in last", &["Base directory"]),
    (
        "include",
        Some('I'),
        "directory that is searched before the base",
        &["Directory searched for `include <…>` before the base"],
    ),
    ("features", None, "kernel: a built-in set, a features file or a directory", &["Kernel "]),
    ("profile", Some('p'), "profile by its name", &["Profile, ", "Loaded profile", "Select events of this profile"]),
    ("format", None, "format of the output; `text` is for people, and the default", &["Format of the output"]),
    ("json", None, "short for `--format json`", &["Short for --format json"]),
    ("jobs", Some('j'), "number of files compiled in parallel", &["Number of files compiled in parallel"]),
    ("color", None, "`auto`, `always` or `never`", &["When to use colours"]),
    ("quiet", Some('q'), "errors only", &["Show errors only"]),
    ("verbose", Some('v'), "notes as well", &["Also show notes"]),
    ("all", None, "everything, not only the first ones", &["Show every", "Also print each"]),
    ("output", Some('o'), "file to write", &["Write ", "New file to write"]),
    (
        "diff",
        None,
        "changes as a unified diff; nothing is written",
        &["Print the changes", "Show what `--fix` would write"],
    ),
    ("fix", None, "writes corrections into the files", &["Apply fixes", "Write the suggested rules"]),
    ("force", None, "does what is refused otherwise", &["Also ", "Overwrite "]),
    ("interactive", Some('i'), "asks in a terminal", &["Choose rules interactively"]),
    ("max", None, "maximum number of lines of a kind", &["Maximum number of "]),
    ("max-states", None, "limit for an automaton", &["Maximum number of states of an automaton"]),
    ("max-memory", None, "limit of memory", &["Approximate memory limit", "Memory limit"]),
    ("werror", None, "makes warnings errors", &["Treat these warnings as errors"]),
    (
        "cache-dir",
        None,
        "directory of compiled policy",
        &["Directory in which compiled policy is cached", "Cache directory"],
    ),
    (
        "securityfs",
        None,
        "where the kernel's interface is",
        &["AppArmor directory of securityfs", "Mount point of securityfs"],
    ),
    ("proc", None, "where procfs is", &["Mount point of procfs"]),
    (
        "baseline",
        None,
        "profile that others may not exceed",
        &["Refuse profiles that allow anything", "Compare every profile"],
    ),
    (
        "from",
        None,
        "where something begins or comes from",
        &["Current kernel", "Profile that ways begin at", "File or directory whose profiles are removed"],
    ),
    ("to", None, "where something ends", &["Future kernel", "Profile that ways lead to"]),
    ("local", None, "rules go into the file of `local/`", &["Write the rules into the file of `local/`"]),
    ("accept", None, "takes suggestions with a finding", &["Accept suggestions with this finding"]),
    ("complain", None, "complain mode", &["Load all profiles in complain mode"]),
    (
        "allow",
        None,
        "leaves warnings out by their codes; for `watch`, a profile that may be loaded",
        &["Hide warnings", "Load the profile"],
    ),
    ("ignore", None, "leaves out what is listed", &["Disable these rules", "Ignore the events listed"]),
    ("list", None, "lists what there is", &["List the "]),
    ("log", None, "log to read or its format", &["Read events from this log", "Format of the log"]),
    ("check", None, "reports alone", &["Check only"]),
];

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| long != "help" && long != "version"))
}

fn help(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

/// The commands, with the options that hold everywhere.
fn commands() -> Vec<Command> {
    let mut model = armorer::cli::command();
    model.build();
    model.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help").cloned().collect()
}

#[test]
fn options_mean_the_same_everywhere() {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut letters: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for command in commands() {
        for arg in options(&command) {
            let (long, short) = (arg.get_long().unwrap(), arg.get_short());
            users.entry(long.to_owned()).or_default().insert(command.get_name().to_owned());
            if let Some(letter) = short {
                letters.entry(letter).or_default().insert(long.to_owned());
            }
            let Some((_, letter, _, beginnings)) = SHARED.iter().find(|(name, ..)| *name == long) else { continue };
            let help = help(arg);
            if short != *letter || !beginnings.iter().any(|beginning| help.starts_with(beginning)) {
                found.push(format!("{} --{long} ({short:?}): {help}", command.get_name()));
            }
            if long == "format" {
                let values: Vec<String> =
                    arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
                if values.first().map(String::as_str) != Some("text") || !values.contains(&"json".to_owned()) {
                    found.push(format!("{} --format: {values:?}", command.get_name()));
                }
            }
        }
    }
    for (letter, names) in letters {
        if names.len() > 1 {
            found.push(format!("-{letter} is short for {names:?}"));
        }
    }
    for (name, commands) in &users {
        if commands.len() > 1 && !SHARED.iter().any(|(known, ..)| known == name) {
            found.push(format!("--{name} is an option of {commands:?}, and says nowhere what it means in all of them"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let all = commands().len() - 1;
    let rows: String = SHARED
        .iter()
        .map(|(name, letter, meaning, _)| {
            let short = letter.map(|letter| format!("`-{letter}`, ")).unwrap_or_default();
            let users = users.get(*name).unwrap_or_else(|| panic!("no command has --{name}"));
            let listed: Vec<String> = users.iter().map(|command| format!("`{command}`")).collect();
            let listed = if users.len() >= all { "all".to_owned() } else { listed.join(", ") };
            format!("| {short}`--{name}` | {meaning} | {listed} |\n")
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let head = "| option | meaning | commands |\n| --- | --- | --- |\n";
    let (before, rest) = written.split_once(head).expect("CONTRIBUTING.md has the table");
    let (_, after) = rest.split_once("\nWhere a command").expect("there is text after the table");
    let expected = format!("{before}{head}{rows}\nWhere a command{after}");
    if std::env::var_os("ARMORER_UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        written == expected,
        "the table in CONTRIBUTING.md is old: run `ARMORER_UPDATE=1 cargo test --test cli options::`"
    );
}

#[test]
fn old_spellings_work() {
    let takes = |line: &str| armorer::cli::command().try_get_matches_from(line.split(' ')).is_ok();
    for line in [
        "armorer lint --format human x",
        "armorer log --format table x",
        "armorer mode --format human enforce x",
        "armorer lint --no-semantic x",
        "armorer query --json x capability chown",
        "armorer diff --json a b",
        "armorer diff --no-new-access --format text a b",
        "armorer check --colour never x",
    ] {
        assert!(takes(line), "{line}");
    }
    assert!(!takes("armorer diff --json --format text a b") && !takes("armorer lint --format humane x"));
}

#[test]
fn help_fits_its_terminal_and_has_examples() {
    let mut found = Vec::new();
    for mut command in commands() {
        let name = command.get_name().to_owned();
        if name == "parser" {
            continue;
        }
        for width in [80, 100] {
            command = command.term_width(width);
            for help in [command.render_help(), command.render_long_help()] {
                let help = help.to_string();
                // An example is one line to be copied, however long.
                let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("    armorer ")).collect();
                if examples.len() != 2 {
                    found.push(format!("{name} has {} examples", examples.len()));
                }
                let too_long = |line: &&str| line.chars().count() > width && !line.starts_with("    armorer ");
                found.extend(help.lines().filter(too_long).map(|line| format!("{name}, {width} columns: {line}")));
            }
        }
        for arg in
            command.get_arguments().filter(|arg| !matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort))
        {
            if arg.get_help().is_none() {
                found.push(format!("{name}: {} has no help", arg.get_id()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn near_words_are_suggested() {
    for (arguments, near) in [
        (&["chek"][..], "check"),
        (&["serch"], "search"),
        (&["check", "--feature", "x"], "--features"),
        (&["lint", "--formt", "json"], "--format"),
        (&["lint", "--format", "sarf"], "sarif"),
        (&["mode", "complian", "web"], "complain"),
        (&["explain", "x-need-qual"], "x-needs-qual"),
    ] {
        let output = run(Path::new("/"), arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = text(&output.stderr);
        assert!([format!("'{near}'"), format!("`{near}`")].iter().any(|quoted| message.contains(quoted)), "{message}");
    }
}

#[test]
fn colours_are_chosen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = ["check", "-b", "examples/apparmor.d", "--features", "linux-6.12", "examples/mistakes/web"];
    for (when, has_colours) in [("always", true), ("never", false), ("auto", false)] {
        let output = run(root, &[&["--color", when], &check[..]].concat(), b"");
        assert_eq!(text(&output.stderr).contains('\x1b'), has_colours, "{when}");
        let log =
            ["log", "--diff", "-b", "examples/apparmor.d", "--features", "linux-6.12", "examples/logs/webapp.log"];
        let output = run(root, &[&log[..], &["--color", when]].concat(), b"");
        assert_eq!(text(&output.stdout).contains('\x1b'), has_colours, "{when}");
    }
}

#[test]
fn trees_are_the_base_by_default() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (command, more) in
        [("graph", &["--features", "linux-7.2"][..]), ("compat", &["--from", "linux-6.12", "--to", "linux-6.12"])]
    {
        let short = run(root, &[&[command, "-b", "examples/apparmor.d"], more].concat(), b"");
        let long = run(root, &[&[command, "-b", "examples/apparmor.d"], more, &["examples/apparmor.d"]].concat(), b"");
        assert!(short.status.success() && !short.stdout.is_empty(), "{}", text(&short.stderr));
        assert_eq!(text(&short.stdout), text(&long.stdout));
    }
}
