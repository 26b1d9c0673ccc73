//! Policy that a profile may write, and the attributes of its own tasks.

use std::collections::{BTreeMap, BTreeSet};

use super::super::places::{bytes, shortest};
use super::super::rules::{RuleTable, deciding};
use super::super::{EdgeClass, Graph};
use super::{Escape, EscapeKind, ProfilesWithRules, split, writes};
use crate::analysis::diff::index;
use crate::analysis::perms::{APPEND, FilePerms, WRITE};
use crate::analysis::query::decide::{file_automaton, mode};
use crate::analysis::query::{LoadedMode, RuleUse, Subject, SubjectProfile};
use crate::blob::{Automaton, BlobProfile};
use crate::parallel;
use crate::vocab::Capability;

/// Directories of policy: what is below them is compiled or loaded.
const POLICY: [&str; 3] = ["/etc/apparmor.d/", "/etc/apparmor/", "/var/cache/apparmor/"];
/// The kernel's files of policy. Who writes there also needs a capability.
const KERNEL: &str = "/sys/kernel/security/apparmor/";
/// The files by which a task changes its own profile or hat.
const ATTRIBUTES: [&str; 4] =
    ["/proc/1/attr/current", "/proc/1/attr/exec", "/proc/1/attr/apparmor/current", "/proc/1/attr/apparmor/exec"];

/// The profiles that may write policy.
pub(super) fn written(subject: &Subject, table: &mut RuleTable) -> Vec<Escape> {
    let numbers: Vec<usize> = (0..subject.entries.len()).collect();
    let own = parallel::map(&numbers, |&number| {
        subject.entries.get(number).map(|entry| policy(number, entry)).unwrap_or_default()
    });
    let mut policies: BTreeMap<String, ProfilesWithRules> = BTreeMap::new();
    for (path, number, rules) in own.into_iter().flatten() {
        policies.entry(path).or_default().push((number, rules));
    }
    let escape = |(path, who): (String, ProfilesWithRules)| {
        let (actors, rules) = split(who, table);
        let (others, other_rules) = (Vec::new(), Vec::new());
        Escape { kind: EscapeKind::Policy, path: Some(path), actors, others, rules, other_rules }
    };
    policies.into_iter().map(escape).collect()
}

/// The policy that a profile may write: a shortest path below each directory of it, with the rules.
fn policy(number: usize, entry: &SubjectProfile) -> Vec<(String, usize, Vec<RuleUse>)> {
    let profile = &entry.profile;
    let Some((db, start)) = file_automaton(profile).filter(|_| mode(profile) != LoadedMode::Unconfined) else {
        return Vec::new();
    };
    let manages = profile.capabilities.allow >> Capability::MacAdmin.number() & 1 == 1;
    let directories = POLICY.into_iter().chain([KERNEL].into_iter().filter(|_| manages));
    let starts = directories.map(|directory| (directory, db.dfa.walk(start, directory.as_bytes())));
    let starts: Vec<(&str, u32)> = starts.filter(|(_, state)| *state != 0).collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let bytes = bytes(&db.dfa);
    let below = |(directory, from): (&str, u32)| {
        let written = |state: u32| {
            let perms = FilePerms::of_state(db, index(state));
            state != from && writes([&perms.owner, &perms.other])
        };
        let (_, rest) = shortest(&db.dfa, &bytes, from, |_| true, written)?;
        let path = [directory.as_bytes(), &rest].concat();
        let rules = deciding(entry, Automaton::File, &path, WRITE | APPEND);
        Some((path.escape_ascii().to_string(), number, rules))
    };
    starts.into_iter().filter_map(below).collect()
}

impl Graph {
    /// The profiles that may change their profile or hat, and write the files to do so.
    pub(super) fn attributes(&self, subject: &Subject, table: &mut RuleTable) -> Vec<Escape> {
        let mut changes: Vec<Vec<&[usize]>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            if matches!(edge.class, EdgeClass::ChangeProfile | EdgeClass::Hat) {
                changes.get_mut(edge.from).into_iter().for_each(|changes| changes.push(&edge.rules));
            }
        }
        let mut all: BTreeMap<&str, (ProfilesWithRules, BTreeSet<usize>)> = BTreeMap::new();
        for ((number, entry), changes) in subject.entries.iter().enumerate().zip(&changes) {
            if changes.is_empty() || mode(&entry.profile) == LoadedMode::Unconfined {
                continue;
            }
            for path in ATTRIBUTES.iter().filter(|path| may_write(&entry.profile, path.as_bytes())) {
                let rules = deciding(entry, Automaton::File, path.as_bytes(), WRITE | APPEND);
                let (who, others) = all.entry(path).or_default();
                who.push((number, rules));
                others.extend(changes.iter().copied().flatten());
            }
        }
        let escape = |(path, (who, others)): (&str, (ProfilesWithRules, BTreeSet<usize>))| {
            let (actors, rules) = split(who, table);
            let (path, other_rules) = (Some(path.to_owned()), others.into_iter().collect());
            Escape { kind: EscapeKind::Attributes, path, actors, others: Vec::new(), rules, other_rules }
        };
        all.into_iter().map(escape).collect()
    }
}

fn may_write(profile: &BlobProfile, path: &[u8]) -> bool {
    file_automaton(profile).is_some_and(|(db, start)| {
        let perms = FilePerms::of_state(db, index(db.dfa.walk(start, path)));
        writes([&perms.owner, &perms.other])
    })
}
