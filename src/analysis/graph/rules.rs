//! The rules that edges are made by, each once.

use rustc_hash::FxHashMap;

use crate::analysis::query::{RuleUse, SubjectProfile};
use crate::automata::Symbol;
use crate::blob::Automaton;

/// Rules, each with an index.
#[derive(Default)]
pub(super) struct RuleTable {
    pub(super) rules: Vec<RuleUse>,
    known: FxHashMap<(String, u32, u32), usize>,
}

impl RuleTable {
    /// A table of rules that have their indices.
    pub(super) fn of(rules: Vec<RuleUse>) -> RuleTable {
        let known = rules.iter().enumerate().map(|(at, rule)| ((rule.file.clone(), rule.line, rule.column), at));
        RuleTable { known: known.collect(), rules }
    }

    /// The indices of rules.
    pub(super) fn enter(&mut self, rules: Vec<RuleUse>) -> Vec<usize> {
        let each = rules.into_iter().map(|rule| {
            let key = (rule.file.clone(), rule.line, rule.column);
            *self.known.entry(key).or_insert_with(|| {
                self.rules.push(rule);
                self.rules.len() - 1
            })
        });
        let mut indices: Vec<usize> = each.collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

/// The rules that decide about any of the permissions on a string.
pub(super) fn deciding(entry: &SubjectProfile, automaton: Automaton, string: &[u8], permissions: u32) -> Vec<RuleUse> {
    let (Some(provenance), Some(sources)) = (&entry.provenance, &entry.sources) else { return Vec::new() };
    let symbols: Vec<Symbol> = string.iter().copied().map(Symbol::Byte).collect();
    let rules = provenance.rules(automaton, &symbols);
    let decides = rules.iter().filter(|rule| rule.decides(permissions));
    decides.map(|rule| RuleUse::at(rule.span, rule.mode, rule.priority, sources)).collect()
}
