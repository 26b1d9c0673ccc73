//! Answers of `armorer search` and `armorer graph` about the example profiles, held to what kernels let processes do: the checks of the
//! group `examples`, which [`confine`](super::confine) runs in machines. Nothing is booted here.

use std::collections::BTreeMap;

use armorer::analysis::access::Question;
use armorer::analysis::graph::{EdgeClass, Graph};
use armorer::analysis::search::search;
use armorer::query::{Decision, Subject};
use armorer::{Compiler, Features, Input};

use super::checks::{GROUPS, LINUX_6_1, LINUX_6_12, LINUX_7_2};

/// The profiles of the examples.
fn examples(kernel: &str) -> Subject {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/apparmor.d");
    let compiler = Compiler::new(Features::builtin(kernel).unwrap()).base(base);
    let group = GROUPS.iter().find(|group| group.name == "examples").unwrap();
    let mut files = group.files.iter().map(|file| {
        let compiled = compiler.compile(Input::path(format!("{base}/{file}"))).unwrap();
        Subject::from_compiled(compiled).unwrap()
    });
    let mut all = files.next().unwrap();
    files.for_each(|file| all.append(file));
    all
}

/// Each check's command up to its last word, that word with its argument, and the word that the kernel gives.
fn checks(kernel: &str) -> Vec<(&'static str, &'static str, &'static str)> {
    let group = GROUPS.iter().find(|group| group.name == "examples").unwrap();
    let split = |command: &'static str| {
        let verbs = [" open-read ", " open-write ", " label"];
        let at = verbs.iter().find_map(|verb| command.rfind(verb));
        at.map_or(("", command), |at| (&command[..at], &command[at + 1..]))
    };
    group
        .checks
        .iter()
        .map(|check| {
            let (process, verb) = split(check.command);
            (process, verb, check.expected(kernel, false))
        })
        .collect()
}

/// The profile of each kind of process, as the kernel tells it.
fn labels(kernel: &str) -> BTreeMap<&'static str, &'static str> {
    let labels = checks(kernel).into_iter().filter(|&(_, verb, _)| verb == "label");
    labels.filter_map(|(process, _, label)| Some((process, label.strip_suffix(" (enforce)")?))).collect()
}

#[test]
fn searches_name_the_profiles_that_kernels_let_open_files() {
    let mut count = 0;
    for kernel in [LINUX_6_1, LINUX_6_12, LINUX_7_2] {
        let (subject, labels) = (examples(kernel), labels(kernel));
        // Files belong to the process but where a check gives one away.
        let mut given: BTreeMap<&str, bool> = BTreeMap::new();
        for (process, verb, word) in checks(kernel) {
            if let Some((owner, path)) = verb.strip_prefix("chown ").and_then(|rest| rest.split_once(' ')) {
                given.insert(path, owner != "0");
            }
            let Some((verb, path)) = verb.split_once(' ').filter(|_| labels.contains_key(process)) else { continue };
            let permission = if verb == "open-read" { "r" } else { "w" };
            let whose = if given.get(path) == Some(&true) { "other" } else { "owner" };
            let question = Question::parse(&["file", whose, path, permission]).unwrap();
            let found = search(&subject, &question).unwrap();
            let profile = found.profiles.iter().find(|found| found.profile == labels[process]).unwrap();
            assert_eq!(
                profile.decision == Decision::Allowed,
                word == "ok",
                "{kernel}: {process} {verb} {path}: {word}"
            );
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn graphs_lead_where_kernels_put_processes() {
    let mut count = 0;
    for kernel in [LINUX_6_1, LINUX_6_12, LINUX_7_2] {
        let (graph, labels) = (Graph::of(&examples(kernel)).unwrap(), labels(kernel));
        for (process, label) in &labels {
            let (class, from, path) = match (process.rsplit_once(" run "), process.rsplit_once(" hat ")) {
                (Some((before, path)), _) => (EdgeClass::Exec, labels.get(before), Some(path)),
                (_, Some((before, _))) => (EdgeClass::Hat, labels.get(before), None),
                _ if process.starts_with('/') => (EdgeClass::Exec, Some(&"unconfined"), Some(*process)),
                _ => continue,
            };
            let Some(from) = from.filter(|from| *from != label) else { continue };
            let (from, to) = (graph.find(from).unwrap(), graph.find(label).unwrap());
            let edges = graph.edges.iter().filter(|edge| (edge.from, edge.to, edge.class) == (from, Some(to), class));
            assert!(edges.count() > 0, "{kernel}: {process} runs under {label} ({path:?})");
            count += 1;
        }
    }
    assert!(count >= 18, "{count}");
}
