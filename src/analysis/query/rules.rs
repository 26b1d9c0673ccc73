//! The rules that decide an answer.

use super::{Answer, FileOwnership, PermissionVerdict, RuleUse, SubjectProfile};
use crate::analysis::access::plan::{LookupPlace, PermissionLookup};
use crate::automata::Symbol;
use crate::blob::Automaton;
use crate::encode::provenance::RuleMatch;
use crate::source::SourceMap;

/// The rules met so far.
#[derive(Default)]
pub(super) struct RuleBook {
    rules: Vec<RuleMatch>,
}

impl RuleBook {
    /// Notes the rules about a permission.
    pub(super) fn enter(
        &mut self,
        entry: &SubjectProfile,
        check: &PermissionLookup,
        whose: FileOwnership,
        strings: &[Vec<u8>],
        verdict: &mut PermissionVerdict,
    ) {
        let Some(provenance) = &entry.provenance else { return };
        let symbols = |string: &[u8]| string.iter().copied().map(Symbol::Byte).collect::<Vec<_>>();
        let automaton = match check.way {
            LookupPlace::Policy(_) => Automaton::Policydb,
            LookupPlace::Attachment(_) => Automaton::Xmatch,
            _ => Automaton::File,
        };
        let rules = match check.way {
            LookupPlace::Capability(number) => provenance.capability(number),
            LookupPlace::Sockets { family, kind } => provenance.sockets(family, kind),
            _ => strings.iter().flat_map(|string| provenance.rules(automaton, &symbols(string))).collect(),
        };
        for rule in rules {
            let bits = if whose == FileOwnership::Other { rule.other } else { rule.owner };
            if bits.permissions & check.mask == 0 {
                continue;
            }
            let decides = bits.decisive & check.mask != 0;
            let same = |known: &RuleMatch| (known.span, known.mode) == (rule.span, rule.mode);
            let at = self.rules.iter().position(same).unwrap_or_else(|| {
                self.rules.push(rule);
                self.rules.len() - 1
            });
            let list = if decides { &mut verdict.decided_by } else { &mut verdict.outranked };
            if !list.contains(&at) {
                list.push(at);
            }
        }
        verdict.outranked.retain(|at| !verdict.decided_by.contains(at));
    }

    /// Puts the rules into the answer in the order of the text.
    pub(super) fn into_answer(self, sources: &SourceMap, answer: &mut Answer) {
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        let place = |at: usize| self.rules.get(at).map(|rule| rule.span);
        order.sort_by_key(|&at| place(at).map(|span| (span.source, span.start, span.end)));
        let mut new_place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(place) = new_place.get_mut(old) {
                *place = new;
            }
        }
        for verdict in &mut answer.verdicts {
            for list in [&mut verdict.decided_by, &mut verdict.outranked] {
                list.iter_mut().for_each(|at| *at = new_place.get(*at).copied().unwrap_or(*at));
                list.sort_unstable();
            }
        }
        let rules = order.iter().filter_map(|&at| self.rules.get(at));
        answer.rules = rules.map(|rule| RuleUse::at(rule.span, rule.mode, rule.priority, sources)).collect();
    }
}
