//! Help beyond options: the groups of commands, and examples for each.

use std::fmt::Write;

use clap::Command;

/// The commands by what people want. On a system that lacks a command it is left out.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Write profiles", &["new", "learn", "log", "mode", "fmt", "lsp"]),
    ("Check them", &["check", "lint", "explain", "test", "diff", "compat"]),
    ("Understand them", &["query", "search", "graph", "dump", "ast", "features"]),
    ("Compile and load them", &["compile", "image", "load", "replace", "remove", "status", "exec", "watch", "parser"]),
    ("Set up armorer", &["completions", "man", "help"]),
];

/// Two examples for each command: what for, and the command line. `parser` has the help of apparmor_parser.
const EXAMPLES: &[(&str, [(&str, &str); 2])] = &[
    (
        "check",
        [
            ("Check the profiles of this machine", "armorer check /etc/apparmor.d"),
            ("Check a tree for another kernel", "armorer check --features linux-6.12 -b apparmor.d apparmor.d"),
        ],
    ),
    (
        "fmt",
        [
            ("Format a tree", "armorer fmt apparmor.d"),
            ("Show what would change, sorted rules included", "armorer fmt --diff --sort -b apparmor.d apparmor.d"),
        ],
    ),
    (
        "lint",
        [
            (
                "Lint a tree, and apply fixes that do not change the policy",
                "armorer lint --fix -b apparmor.d apparmor.d",
            ),
            ("Look for dangerous rules alone", "armorer lint --select danger /etc/apparmor.d"),
        ],
    ),
    ("lsp", [("Serve an editor", "armorer lsp"), ("The same, as some editors call it", "armorer lsp --stdio")]),
    (
        "explain",
        [("Explain a lint rule", "armorer explain AA0101"), ("Explain an error", "armorer explain x-needs-qual")],
    ),
    (
        "compile",
        [
            ("Compile a profile for Linux 6.12", "armorer compile --features linux-6.12 -o web.bin apparmor.d/web"),
            ("Compile a tree, a file each", "armorer compile -b apparmor.d --output-dir out apparmor.d"),
        ],
    ),
    (
        "image",
        [
            (
                "Fill the boot cache of a mounted image",
                "armorer image --features linux-6.12 -b /image/etc/apparmor.d --cache-dir /image/var/cache/apparmor /image/etc/apparmor.d",
            ),
            (
                "The same for a kernel whose features were captured",
                "armorer image --features kernel.txt -b etc/apparmor.d --cache-dir cache etc/apparmor.d",
            ),
        ],
    ),
    (
        "ast",
        [
            ("Print the syntax tree of a profile", "armorer ast apparmor.d/web"),
            ("Print the JSON schema of syntax trees", "armorer ast --schema"),
        ],
    ),
    (
        "features",
        [
            ("List the built-in sets", "armorer features --list"),
            ("Keep the set of the running kernel", "armorer features --capture -o kernel.txt"),
        ],
    ),
    (
        "diff",
        [
            ("Compare the meaning of two texts", "armorer diff -b apparmor.d old/web new/web"),
            ("Prove that a change grants nothing new", "armorer diff --no-new-access old new"),
        ],
    ),
    (
        "compat",
        [
            ("See what an upgrade changes", "armorer compat --from linux-6.12 --to linux-7.2"),
            ("Look at a tree in detail", "armorer compat --from linux-6.1 --to linux-6.12 --all apparmor.d"),
        ],
    ),
    (
        "dump",
        [
            ("Print what is in a binary policy", "armorer dump web.bin"),
            ("Print the sizes of a profile's automata", "armorer dump --statistics apparmor.d/web"),
        ],
    ),
    (
        "query",
        [
            ("May this profile write a file?", "armorer query apparmor.d/web file /etc/passwd w"),
            ("May its hat use the network?", "armorer query -p web//upload apparmor.d/web network inet stream"),
        ],
    ),
    (
        "search",
        [
            ("Who may read the passwords?", "armorer search /etc/apparmor.d file /etc/shadow r"),
            ("Who may not have this capability?", "armorer search --show denied apparmor.d capability sys_admin"),
        ],
    ),
    (
        "graph",
        [
            ("Show a tree as a page", "armorer graph --format html /etc/apparmor.d"),
            ("Find the shortest ways out of confinement", "armorer graph --from web --to unconfined"),
        ],
    ),
    (
        "log",
        [
            ("Explain the denials of the last hour", "armorer log --why --since 1h /var/log/audit/audit.log"),
            ("Write the least rules that allow them", "armorer log --fix --profile web /var/log/audit/audit.log"),
        ],
    ),
    (
        "learn",
        [
            ("Show the rules that a command lacks", "armorer learn --diff web -- /usr/sbin/web --selftest"),
            ("Choose among them", "armorer learn -i web -- /usr/sbin/web --selftest"),
        ],
    ),
    (
        "test",
        [
            ("Run a suite", "armorer test policy-tests.toml"),
            ("Write a first suite", "armorer test --init apparmor.d/web -o policy-tests.toml"),
        ],
    ),
    (
        "new",
        [
            ("Draft a profile for a program", "armorer new /usr/sbin/web"),
            ("Draft one for a service, into the tree", "armorer new --unit web.service --write"),
        ],
    ),
    (
        "load",
        [
            ("Load a profile that is not loaded yet", "armorer load /etc/apparmor.d/web"),
            ("Load a binary policy", "armorer load web.bin"),
        ],
    ),
    (
        "replace",
        [
            (
                "Load all profiles, those that have not changed from a cache",
                "armorer replace --cache-dir /var/cache/armorer /etc/apparmor.d",
            ),
            ("Load one in complain mode", "armorer replace --complain /etc/apparmor.d/web"),
        ],
    ),
    (
        "remove",
        [
            ("Remove a profile", "armorer remove web"),
            ("Remove the profiles of a file", "armorer remove --from /etc/apparmor.d/web"),
        ],
    ),
    (
        "mode",
        [
            ("Log what a program does beyond its profile", "armorer mode complain --reload /usr/sbin/web"),
            ("Show how a file would change", "armorer mode enforce --diff web"),
        ],
    ),
    (
        "status",
        [("Show what is loaded", "armorer status"), ("Compare it with the files", "armorer status /etc/apparmor.d")],
    ),
    (
        "exec",
        [
            ("Run a shell under a profile", "armorer exec --profile web -- /bin/sh"),
            ("Confine a command further", "armorer exec --stack -p web -- ls /"),
        ],
    ),
    (
        "watch",
        [
            ("Keep the profiles of a volume loaded", "armorer watch --prefix k8s- --refuse-attachments /profiles"),
            ("Load them once, in an init container", "armorer watch --once --prefix k8s- /profiles"),
        ],
    ),
    (
        "completions",
        [("Print those of bash", "armorer completions bash"), ("Print those of fish", "armorer completions fish")],
    ),
    ("man", [("Write the manual pages", "armorer man /usr/share/man/man1"), ("Write them here", "armorer man .")]),
];

/// Adds the groups and the examples.
pub(super) fn complete(command: Command) -> Command {
    let command = command.mut_subcommands(with_examples);
    let template = template(&command);
    command.help_template(template)
}

fn with_examples(command: Command) -> Command {
    let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == command.get_name()) else { return command };
    let mut text = String::from("Examples:\n");
    for (purpose, line) in examples {
        // Writing to a string does not fail.
        let _ = write!(text, "  {purpose}{}\n    {line}\n", if purpose.ends_with('?') { "" } else { ":" });
    }
    if let Some(more) = command.get_after_help() {
        let _ = write!(text, "\n{more}");
    }
    command.after_help(text.trim_end().to_owned())
}

/// The help of the program, with the commands in their groups.
fn template(command: &Command) -> String {
    let mut text = String::from("{about}\n\n{usage-heading} {usage}\n");
    for (title, names) in GROUPS {
        let _ = write!(text, "\n{title}:\n");
        for name in names {
            let about = match command.find_subcommand(name) {
                Some(found) => found.get_about().map(ToString::to_string).unwrap_or_default(),
                None if *name == "help" => "Print this message or the help of a command".to_owned(),
                None => continue,
            };
            let _ = writeln!(text, "  {name:<11}  {about}");
        }
    }
    text + "\nOptions:\n{options}"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::command;
    use super::*;

    #[test]
    fn every_command_has_a_group_and_examples() {
        let command = command();
        let known: BTreeSet<&str> =
            command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        grouped.sort_unstable();
        let mut expected: Vec<&str> = known.iter().copied().chain(["help"]).collect();
        expected.sort_unstable();
        assert_eq!(grouped, expected);
        let with_examples: BTreeSet<&str> = EXAMPLES.iter().map(|(name, _)| *name).chain(["parser"]).collect();
        assert_eq!(with_examples, known);
    }

    #[test]
    fn examples_are_taken() {
        for (name, examples) in EXAMPLES {
            for (_, line) in examples {
                let words: Vec<&str> = line.split(' ').collect();
                assert_eq!(words[..2], ["armorer", name]);
                let matches = command().try_get_matches_from(words);
                assert!(matches.is_ok(), "{line}: {}", matches.unwrap_err());
            }
        }
    }
}
