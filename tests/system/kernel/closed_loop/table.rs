//! Results of the loop, as a table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use armorer::analysis::{Access, Subject};
use armorer::ast::{Block, ItemKind};
use armorer::log::events;

use super::programs::PATHS;
use super::{Confined, Machine};

/// For each program: the rounds in complain mode, the rules of its profile, and how many paths of the list it may read and write though
/// no record names them.
pub(super) fn table(kernel: &str, confined: &[Confined], machine: &Machine) -> String {
    let mut table =
        format!("| on {kernel} | rounds | rules | read beyond | written beyond |\n| --- | --: | --: | --: | --: |\n");
    for confined in confined {
        let text = fs::read_to_string(&confined.file).unwrap();
        let (read, written) = beyond(&machine.compile(confined), &confined.log);
        let (name, rounds) = (confined.program.name, confined.rounds);
        writeln!(table, "| {name} | {rounds} | {} | {read} | {written} |", rules(&text)).unwrap();
    }
    table
}

/// Returns the numbers of paths of the list that the first profile of a policy lets a program read and write, without those that the log
/// names.
fn beyond(blob: &[u8], log: &str) -> (usize, usize) {
    let named: BTreeSet<String> =
        events(log.as_bytes()).into_iter().filter_map(|event| event.name).map(|name| name.to_string()).collect();
    let subject = Subject::from_blob(blob).unwrap();
    let profile = subject.names().next().unwrap();
    let count = |permission: &str| {
        let allows = |path: &str| {
            let access = Access::parse(&["file", path, permission]).unwrap();
            subject.ask(Some(profile.as_bytes()), &access).unwrap().is_allowed()
        };
        PATHS.iter().filter(|path| !named.contains(**path) && allows(path)).count()
    };
    (count("r"), count("w"))
}

/// The number of rules in the profiles of a text, each include as one.
fn rules(text: &str) -> usize {
    fn count(block: &Block) -> usize {
        let of_item = |item: &ItemKind| match item {
            ItemKind::Profile(profile) => count(&profile.body),
            ItemKind::Block(qualified) => count(&qualified.block),
            ItemKind::Rule(_) | ItemKind::Rlimit(_) | ItemKind::Include(_) => 1,
            _ => 0,
        };
        block.items.iter().map(|item| of_item(&item.kind.value)).sum()
    }
    let file = armorer::parse(text.as_bytes()).unwrap();
    let bodies = file.items.iter().map(|item| match &item.kind.value {
        ItemKind::Profile(profile) => count(&profile.body),
        _ => 0,
    });
    bodies.sum()
}
