//! A profile's rules as the automata see them.

use rustc_hash::FxHashMap;

use crate::automata::{Pattern, Symbol};
use crate::blob::Automaton;
use crate::encode::{Grant, Provenance};
use crate::policy::{ProfileMode, RuleMode};
use crate::source::Span;
use crate::vocab::file as bits;

use super::check::ProfileView;
use super::relations::{Relations, may_meet, prefix, samples};

/// The exec permission of both halves, and all that says what exec leads to.
const EXEC: [u32; 2] = [bits::EXEC, bits::EXEC << bits::OTHER];
const EXEC_TYPE: u32 = bits::EXEC_TYPE | bits::EXEC_TYPE << bits::OTHER;

/// Everything that the rules of one profile contribute to its automata.
pub(super) struct Semantics<'a> {
    pub(super) view: &'a ProfileView<'a>,
    pub(super) grants: Vec<Grant<'a>>,
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
        Semantics { view, grants, rules, relations, index, longest }
    }

    /// Whether the profile refuses what no rule allows.
    pub(super) fn enforces(&self) -> bool {
        matches!(self.view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill)
    }

    /// A grant by its number.
    pub(super) fn grant(&self, at: usize) -> Option<&Grant<'a>> {
        self.grants.get(at)
    }

    /// The grants whose patterns include that of `grant`, other than those of its own rule.
    pub(super) fn covering(&self, grant: &Grant<'_>, fits: impl Fn(&Grant<'a>) -> bool) -> Vec<usize> {
        let Some(strings) = samples(grant.pattern) else { return Vec::new() };
        let [first, _] = &strings;
        let bytes: Vec<u8> = first.iter().map_while(byte).take(self.longest).collect();
        let mut found = Vec::new();
        for len in 0..=bytes.len() {
            let Some(list) = bytes.get(..len).and_then(|prefix| self.index.get(&(grant.automaton, prefix))) else {
                continue;
            };
            for &at in list {
                let Some(other) = self.grants.get(at) else { continue };
                if other.span != grant.span
                    && fits(other)
                    && strings.iter().all(|string| other.pattern.matches(string))
                    && (other.pattern == grant.pattern || self.relations.of(grant.pattern, other.pattern).included)
                {
                    found.push(at);
                }
            }
        }
        found
    }

    /// A shortest string that both match.
    pub(super) fn common(&self, a: &Grant<'_>, b: &Grant<'_>) -> Option<std::sync::Arc<[Symbol]>> {
        if a.automaton != b.automaton || !may_meet(prefix(a.pattern), prefix(b.pattern)) {
            return None;
        }
        self.relations.of(a.pattern, b.pattern).common
    }

    /// Whether `rule` changes nothing beside the rule at `other`: whatever it says, that one says, too.
    pub(super) fn is_subsumed(&self, rule: &[usize], other: Span) -> bool {
        rule.iter().filter_map(|&at| self.grant(at)).all(|grant| {
            let fits = |by: &Grant<'_>| by.span == other && says_as_much(by, grant);
            let covering = self.covering(grant, fits);
            !covering.is_empty() && !self.decides_exec(grant, &covering)
        })
    }

    /// Whether an exec rule without wildcards keeps others with wildcards from deciding, which nothing in `covering` does.
    fn decides_exec(&self, grant: &Grant<'_>, covering: &[usize]) -> bool {
        let is_exec = grant.automaton == Automaton::File && EXEC.iter().any(|&bit| grant.permissions & bit != 0);
        if !is_exec || !grant.exact || covering.iter().any(|&at| self.grant(at).is_some_and(|by| by.exact)) {
            return false;
        }
        self.grants.iter().any(|other| {
            other.automaton == Automaton::File
                && other.span != grant.span
                && other.mode != RuleMode::Deny
                && EXEC.iter().any(|&bit| other.permissions & grant.permissions & bit != 0)
                && !same_exec(other, grant)
                && self.common(grant, other).is_some()
        })
    }

    /// Whether a rule is written in the file that holds the profile.
    pub(super) fn is_own(&self, span: Span) -> bool {
        span.source == self.view.input && span != self.view.profile.span
    }

    /// The patterns of file rules that deny some of the permissions, and may have to do with `pattern`.
    pub(super) fn denying(&self, permissions: u32, pattern: &Pattern) -> Vec<&'a Pattern> {
        let denies = self.grants.iter().filter(|grant| {
            grant.automaton == Automaton::File
                && grant.mode == RuleMode::Deny
                && grant.permissions & permissions == permissions
                && may_meet(prefix(grant.pattern), prefix(pattern))
        });
        denies.map(|grant| grant.pattern).collect()
    }
}

fn byte(symbol: &Symbol) -> Option<u8> {
    match symbol {
        Symbol::Byte(byte) => Some(*byte),
        Symbol::OutOfBand => None,
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

/// Whether `by` says everything that `grant` says, about strings that both match.
pub(super) fn says_as_much(by: &Grant<'_>, grant: &Grant<'_>) -> bool {
    let plain = |word: u32| if by.automaton == Automaton::File { word & !EXEC_TYPE } else { word };
    let same_mode = (by.mode == RuleMode::Deny) == (grant.mode == RuleMode::Deny)
        && (by.mode == RuleMode::Prompt) == (grant.mode == RuleMode::Prompt);
    let exec = by.automaton == Automaton::File && EXEC.iter().any(|&bit| grant.permissions & bit != 0);
    // In the second half of a pair of paths one of the bits restricts: those have to be the same.
    let pair = by.automaton == Automaton::File
        && samples(grant.pattern).is_some_and(|[string, _]| string.contains(&Symbol::Byte(0)));
    same_mode
        && by.priority >= grant.priority
        && plain(grant.permissions) & !by.permissions == 0
        && plain(grant.marked) & !by.marked == 0
        && (!exec || same_exec(by, grant))
        && (!pair || by.permissions == grant.permissions)
}
