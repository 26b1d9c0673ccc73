//! A profile's rules as the automata see them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::automata::{Pattern, Symbol};
use crate::blob::Automaton;
use crate::encode::{Grant, Provenance};
use crate::policy::{ProfileMode, RuleMode};
use crate::source::Span;
use crate::vocab::file as bits;

use super::check::ProfileView;
use super::relations::{PatternFacts, Relations, prefix};

/// The exec permission of both halves, and the bits of the exec transition.
const EXEC: [u32; 2] = [bits::EXEC, bits::EXEC << bits::OTHER];
const EXEC_TYPE: u32 = bits::EXEC_TYPE | bits::EXEC_TYPE << bits::OTHER;

/// Everything that the rules of one profile contribute to its automata.
pub(super) struct Semantics<'a> {
    pub(super) view: &'a ProfileView<'a>,
    pub(super) grants: Vec<Grant<'a>>,
    /// The facts known about the pattern of each.
    facts: Vec<Arc<PatternFacts>>,
    /// The rules in the order in which they are written, each with its grants.
    pub(super) rules: Vec<(Span, Vec<usize>)>,
    relations: &'a Relations,
    /// Grants by automaton and by what their strings begin with.
    index: FxHashMap<(Automaton, &'a [u8]), Vec<usize>>,
    longest: usize,
}

impl<'a> Semantics<'a> {
    pub(super) fn new(view: &'a ProfileView<'a>, provenance: &'a Provenance, relations: &'a Relations) -> Self {
        let grants: Vec<Grant<'a>> = provenance.grants().collect();
        let mut rules: Vec<(Span, Vec<usize>)> = Vec::new();
        let mut places: FxHashMap<Span, usize> = FxHashMap::default();
        let mut index: FxHashMap<(Automaton, &[u8]), Vec<usize>> = FxHashMap::default();
        let mut longest = 0;
        for (at, grant) in grants.iter().enumerate() {
            let place = *places.entry(grant.span).or_insert(rules.len());
            match rules.get_mut(place) {
                Some((_, list)) => list.push(at),
                None => rules.push((grant.span, vec![at])),
            }
            let prefix = prefix(grant.pattern);
            longest = longest.max(prefix.len());
            index.entry((grant.automaton, prefix)).or_default().push(at);
        }
        let facts = grants.iter().map(|grant| relations.facts(grant.pattern)).collect();
        Semantics { view, grants, facts, rules, relations, index, longest }
    }

    /// Whether the profile refuses what no rule allows.
    pub(super) fn enforces(&self) -> bool {
        matches!(self.view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill)
    }

    /// A grant by its number.
    pub(super) fn grant(&self, at: usize) -> Option<&Grant<'a>> {
        self.grants.get(at)
    }

    /// The pattern of a grant with what is known of it.
    fn pattern(&self, at: usize) -> Option<(&'a Pattern, &PatternFacts)> {
        Some((self.grants.get(at)?.pattern, self.facts.get(at)?))
    }

    /// The grants whose patterns include that of grant number `at`, other than those of its own rule.
    pub(super) fn covering(&self, at: usize, fits: impl Fn(usize, &Grant<'a>) -> bool) -> Vec<usize> {
        let (Some(grant), Some(pattern)) = (self.grants.get(at), self.pattern(at)) else { return Vec::new() };
        // What includes it begins with no more than what every match begins with.
        let start = pattern.1.common_prefix();
        let mut found = Vec::new();
        for len in 0..=start.len().min(self.longest) {
            let Some(list) = start.get(..len).and_then(|prefix| self.index.get(&(grant.automaton, prefix))) else {
                continue;
            };
            for &by in list {
                let Some(other) = self.grants.get(by).filter(|other| other.span != grant.span) else { continue };
                if fits(by, other) && self.pattern(by).is_some_and(|other| self.relations.includes(other, pattern)) {
                    found.push(by);
                }
            }
        }
        found
    }

    /// A shortest string that both match.
    pub(super) fn common(&self, a: usize, b: usize) -> Option<Arc<[Symbol]>> {
        let (a, b) = (self.pattern(a)?, self.pattern(b)?);
        // Most pairs are told apart by how they begin, and are not worth remembering.
        if a.1.may_meet(b.1) { self.relations.of(a, b).common } else { None }
    }

    /// Whether two grants are about the same automaton, and may have strings in common as far as their beginnings tell.
    pub(super) fn may_meet(&self, a: usize, b: usize) -> bool {
        let same = self.grant(a).map(|grant| grant.automaton) == self.grant(b).map(|grant| grant.automaton);
        same && matches!((self.facts.get(a), self.facts.get(b)), (Some(a), Some(b)) if a.may_meet(b))
    }

    /// Whether `by` has every effect that `grant` has, on strings that both match.
    pub(super) fn covers(&self, by: &Grant<'_>, at: usize) -> bool {
        let pair = self.facts.get(at).is_some_and(|facts| facts.is_pair);
        self.grant(at).is_some_and(|grant| covers(by, grant, pair))
    }

    /// Whether `rule` changes nothing beside the rule at `other`: everything that it does, the other does as well.
    pub(super) fn is_subsumed(&self, rule: &[usize], other: Span) -> bool {
        rule.iter().all(|&at| {
            let covering = self.covering(at, |_, by| by.span == other && self.covers(by, at));
            !covering.is_empty() && !self.decides_exec(at, &covering)
        })
    }

    /// Whether an exec rule without wildcards keeps others with wildcards from deciding where exec leads or whether it is logged,
    /// which nothing in `covering` does.
    fn decides_exec(&self, at: usize, covering: &[usize]) -> bool {
        let Some(grant) = self.grant(at) else { return false };
        let is_exec = grant.automaton == Automaton::File && EXEC.iter().any(|&bit| grant.permissions & bit != 0);
        if !is_exec || !grant.exact || covering.iter().any(|&at| self.grant(at).is_some_and(|by| by.exact)) {
            return false;
        }
        self.grants.iter().enumerate().any(|(place, other)| {
            other.automaton == Automaton::File
                && other.span != grant.span
                && other.mode != RuleMode::Deny
                && EXEC.iter().any(|&bit| {
                    let logged = (other.marked ^ grant.marked) & bit != 0;
                    other.permissions & grant.permissions & bit != 0 && (logged || !same_exec(other, grant))
                })
                && self.common(at, place).is_some()
        })
    }

    /// Whether a rule is written in the file that holds the profile.
    pub(super) fn is_own(&self, span: Span) -> bool {
        span.source == self.view.input && span != self.view.profile.span
    }

    /// The patterns of file rules that deny some of the permissions, and may have to do with grant number `at`.
    pub(super) fn denying(&self, permissions: u32, at: usize) -> Vec<&'a Pattern> {
        let denies = self.grants.iter().enumerate().filter(|(place, grant)| {
            grant.automaton == Automaton::File
                && grant.mode == RuleMode::Deny
                && grant.permissions & permissions == permissions
                && self.may_meet(*place, at)
        });
        denies.map(|(_, grant)| grant.pattern).collect()
    }
}

/// Whether two exec permissions lead to the same.
fn same_exec(a: &Grant<'_>, b: &Grant<'_>) -> bool {
    a.transition == b.transition
        && [0, bits::OTHER].into_iter().all(|half| {
            let of = |word: u32| word >> half;
            let both = of(a.permissions) & of(b.permissions) & bits::EXEC != 0;
            !both || of(a.permissions) & bits::EXEC_TYPE == of(b.permissions) & bits::EXEC_TYPE
        })
}

/// Whether `by` has every effect that `grant` has, on strings that both match.
fn covers(by: &Grant<'_>, grant: &Grant<'_>, pair: bool) -> bool {
    let plain = |word: u32| if by.automaton == Automaton::File { word & !EXEC_TYPE } else { word };
    let same_mode = (by.mode == RuleMode::Deny) == (grant.mode == RuleMode::Deny)
        && (by.mode == RuleMode::Prompt) == (grant.mode == RuleMode::Prompt);
    let exec = by.automaton == Automaton::File && EXEC.iter().any(|&bit| grant.permissions & bit != 0);
    same_mode
        && by.priority >= grant.priority
        && plain(grant.permissions) & !by.permissions == 0
        && plain(grant.marked) & !by.marked == 0
        && (!exec || same_exec(by, grant))
        // In the second half of a pair of paths one of the bits restricts: those have to be the same.
        && (!pair || by.permissions == grant.permissions)
}
