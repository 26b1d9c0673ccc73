//! A section of rules: an automaton and what its accept values mean.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::automaton::{self, AutomatonDump};
use crate::analysis::perms::{ClassPerms, FilePerms};
use crate::analysis::{classes, describe, names};
use crate::automata::{Symbol, Tables};
use crate::blob::{Automaton, AutomatonLayout, BlobProfile, Perms, PolicyDb};
use crate::source::Text;
use crate::vocab::classes as bytes;

/// The file rules of a profile, or those of all other classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionDump {
    /// The automaton.
    pub automaton: AutomatonDump,
    /// The permission table; `None` where accept values hold the permissions themselves.
    pub permissions: Option<Vec<Perms>>,
    /// `permsv`, the version of what the table means.
    pub permissions_version: Option<u32>,
    /// The accept values, ascending.
    pub accept: Vec<AcceptValue>,
    /// The classes that are mediated; empty for file rules.
    pub mediated: Vec<MediatedClass>,
    /// Named exec transitions, `:ns:name` with a NUL in the place of the second colon.
    pub transitions: Vec<Text>,
}

/// An accept value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptValue {
    /// The first word: packed permissions, or an index into the permission table.
    pub accept: u32,
    /// The second word, where there is such a table: packed audit and quiet bits, or flags of the state.
    pub accept2: Option<u32>,
    /// The number of states that have it, reachable or not.
    pub states: usize,
    /// Its meanings. Without a state that a string leads to it means nothing.
    pub meanings: Vec<AcceptMeaning>,
}

/// A meaning of an accept value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptMeaning {
    /// The classes of the strings; empty for file rules.
    pub classes: Vec<String>,
    /// The permissions in words.
    pub permissions: String,
}

/// A class whose rules count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediatedClass {
    /// The byte.
    pub class: u8,
    /// Its name.
    pub name: String,
}

impl SectionDump {
    pub(super) fn of(db: &PolicyDb, which: Automaton, profile: &BlobProfile, layout: &AutomatonLayout) -> Self {
        let start = db.start.unwrap_or(1);
        let words = |state: usize| {
            let accept2 = db.dfa.accept2.as_ref().map(|table| table.get(state).copied().unwrap_or(0));
            (db.dfa.accept.get(state).copied().unwrap_or(0), accept2)
        };
        let describe_words = |(accept, accept2): (u32, Option<u32>), class: &[Symbol]| match which {
            Automaton::File => describe::file(&FilePerms::of_words(db, accept, accept2.unwrap_or(0))),
            Automaton::Policydb | Automaton::Xmatch => {
                describe::class(&ClassPerms::of_words(db, profile.version, accept, accept2.unwrap_or(0)), class)
            }
        };
        // States of equal words mean the same; equal words are cheaper to compare than what they mean.
        let mut numbers = FxHashMap::default();
        let meanings: Vec<u32> = (0..db.dfa.states())
            .map(|state| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(describe_words(words(state), &[])).or_insert(next)
            })
            .collect();
        let meaning = |state: u32| meanings.get(index(state)).copied().unwrap_or(0);
        let automaton = automaton::describe(&db.dfa, start, layout, meaning);
        let sound = automaton.fault.is_none();

        let mut counts: BTreeMap<(u32, Option<u32>), usize> = BTreeMap::new();
        for state in 0..db.dfa.states() {
            *counts.entry(words(state)).or_default() += 1;
        }
        let mediated: Vec<u8> = match which {
            Automaton::Policydb if sound => {
                classes::MEDIATED.filter(|&class| db.dfa.step(start, Symbol::Byte(class)) != 0).collect()
            }
            _ => Vec::new(),
        };
        let used = if sound { uses(&db.dfa, start, &mediated, which, &words) } else { BTreeMap::new() };
        let accept = counts.into_iter().map(|(words, states)| AcceptValue {
            accept: words.0,
            accept2: words.1,
            states,
            meanings: meanings_of(used.get(&words), |class| describe_words(words, class)),
        });
        SectionDump {
            accept: accept.collect(),
            automaton,
            permissions: db.perms.clone(),
            permissions_version: db.perms_version,
            mediated: mediated
                .iter()
                .map(|&class| MediatedClass { class, name: classes::name(class).into() })
                .collect(),
            transitions: db.transitions.iter().map(|target| names::text(target)).collect(),
        }
    }
}

type AcceptWords = (u32, Option<u32>);

/// Strings of which classes lead to which accept words. A class is named by the symbols that its strings begin with, none for
/// file rules; the state after the byte of a class that asks for nothing there is not counted.
fn uses(
    dfa: &Tables,
    start: u32,
    mediated: &[u8],
    which: Automaton,
    words: &impl Fn(usize) -> AcceptWords,
) -> BTreeMap<AcceptWords, BTreeSet<Vec<u8>>> {
    let mut used: BTreeMap<AcceptWords, BTreeSet<Vec<u8>>> = BTreeMap::new();
    if which == Automaton::File {
        for state in dfa.reachable(start) {
            used.entry(words(index(state))).or_default().insert(Vec::new());
        }
        return used;
    }
    for &class in mediated {
        let first = dfa.step(start, Symbol::Byte(class));
        let second = match class {
            // The byte after it is the class that asks.
            bytes::LABEL => [bytes::PTRACE, bytes::SIGNAL].map(|asks| vec![class, asks]).to_vec(),
            _ => vec![vec![class]],
        };
        for prefix in second {
            let from = prefix.iter().skip(1).fold(first, |state, &byte| dfa.step(state, Symbol::Byte(byte)));
            let asked = matches!(class, bytes::NAMESPACE | bytes::IO_URING);
            for state in dfa.reachable(from).into_iter().filter(|&state| state != 0 && (asked || state != from)) {
                used.entry(words(index(state))).or_default().insert(prefix.clone());
            }
        }
    }
    used
}

/// One line for each meaning, with the classes that share it.
fn meanings_of(used: Option<&BTreeSet<Vec<u8>>>, describe: impl Fn(&[Symbol]) -> String) -> Vec<AcceptMeaning> {
    let mut meanings: Vec<AcceptMeaning> = Vec::new();
    for prefix in used.into_iter().flatten() {
        // Some string of the class, not its byte alone.
        let symbols: Vec<Symbol> = prefix.iter().copied().chain([0]).map(Symbol::Byte).collect();
        let permissions = describe(&symbols);
        let class = prefix.last().map(|&class| classes::name(class).into_owned());
        match meanings.iter_mut().find(|known| known.permissions == permissions) {
            Some(known) => known.classes.extend(class.filter(|class| !known.classes.contains(class))),
            None => meanings.push(AcceptMeaning { classes: class.into_iter().collect(), permissions }),
        }
    }
    meanings
}

fn index(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}
