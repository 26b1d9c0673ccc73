//! The rules that decide about the strings of a pattern: those that a reader has to change for another answer.
//!
//! The states of an automaton do not tell rules apart that say the same, and a rule may decide nothing on the string that stands
//! for a state because another goes before it there. So each rule is given a string of its own: one of the pattern and of the
//! rule's pattern, without the strings that match the patterns of rules that go before it.

use super::pattern::{HalfDecision, PatternDecision, PatternLookup, PatternQuestion, hit, hits_of, shown};
use super::{DecidingRule, SearchError};
use crate::analysis::perms::EXEC;
use crate::analysis::query::{Decision, FileOwnership, RuleUse, SubjectProfile, full_name};
use crate::automata::{Pattern, Symbol};
use crate::encode::provenance::{Provenance, RuleBits, RuleMatch};
use crate::policy::RuleMode;
use crate::source::SourceMap;

/// An answer whose rules are looked for.
pub(super) struct Deciders<'a> {
    pub(super) entry: &'a SubjectProfile,
    pub(super) lookup: &'a PatternLookup,
    pub(super) asking: &'a PatternQuestion,
    pub(super) decision: Decision,
    pub(super) whose: FileOwnership,
}

/// The rules that were found, each with a string that it decides about.
type FoundRules = Vec<(RuleMatch, Vec<Symbol>)>;

impl Deciders<'_> {
    /// Whether the string of a hit gets the answer. Of what is denied, only what a rule denies without a record has a rule.
    pub(super) fn has_answer(&self, hit: &PatternDecision) -> bool {
        self.halves(hit).contains(&true)
    }

    /// Returns, for owner and other, whether the string of a hit gets the answer.
    fn halves(&self, hit: &PatternDecision) -> [bool; 2] {
        let gets = |judged: HalfDecision| {
            judged.decision == self.decision && (self.decision != Decision::Denied || judged.quiet)
        };
        let [owner, other] = hit.halves.map(gets);
        [owner && self.whose != FileOwnership::Other, other && self.whose != FileOwnership::Owner]
    }

    /// The rules in the order of the text. The hits are those that are telling.
    pub(super) fn rules(&self, hits: &[&PatternDecision]) -> Result<Vec<DecidingRule>, SearchError> {
        let (Some(provenance), Some(sources)) = (&self.entry.provenance, &self.entry.sources) else {
            return Ok(Vec::new());
        };
        if hits.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = FoundRules::new();
        for hit in hits {
            self.learn(&mut known, provenance, hit);
        }
        let mode = match self.decision {
            Decision::Allowed => RuleMode::Allow,
            Decision::Prompt => RuleMode::Prompt,
            Decision::Denied => RuleMode::Deny,
        };
        for (pattern, alone) in provenance.patterns(self.lookup.automaton, mode) {
            let is_known = |known: &FoundRules| known.iter().any(|(rule, _)| same(rule, &alone));
            if alone.decides(self.lookup.mask)
                && !is_known(&known)
                && let Some(hit) = self.find(provenance, pattern, &alone)?
            {
                self.learn(&mut known, provenance, &hit);
            }
        }
        known.sort_by_key(|(rule, _)| (rule.span.source, rule.span.start, rule.span.end));
        Ok(known.into_iter().map(|(rule, string)| self.deciding(&rule, &string, sources)).collect())
    }

    fn deciding(&self, rule: &RuleMatch, string: &[Symbol], sources: &SourceMap) -> DecidingRule {
        DecidingRule {
            rule: RuleUse::at(rule.span, rule.mode, rule.priority, sources),
            witness: Some(shown(&self.entry.profile, self.lookup, string)),
        }
    }

    /// Notes the rules that decide about the string of a hit.
    fn learn(&self, known: &mut FoundRules, provenance: &Provenance, hit: &PatternDecision) {
        let halves = self.halves(hit);
        for rule in provenance.rules(self.lookup.automaton, &hit.string) {
            if self.decides(&rule, halves) && !known.iter().any(|(other, _)| same(other, &rule)) {
                known.push((rule, hit.string.clone()));
            }
        }
    }

    fn decides(&self, rule: &RuleMatch, halves: [bool; 2]) -> bool {
        let bits = [rule.owner, rule.other];
        bits.iter().zip(halves).any(|(bits, counts)| counts && bits.decisive & self.lookup.mask != 0)
    }

    /// A string on which a pattern's rule decides.
    fn find(
        &self,
        provenance: &Provenance,
        pattern: &Pattern,
        alone: &RuleMatch,
    ) -> Result<Option<PatternDecision>, SearchError> {
        let any = |_: [bool; 2]| true;
        let Some(first) = self.hit_with_answer(pattern, &[], any)? else { return Ok(None) };
        if self.at(provenance, pattern, &first).0 {
            return Ok(Some(first));
        }
        for (half, bits) in [alone.owner, alone.other].into_iter().enumerate() {
            for bit in (0..u32::BITS).map(|bit| 1 << bit).filter(|bit| bits.decisive & self.lookup.mask & bit != 0) {
                let mut before: Vec<&Pattern> = Vec::new();
                while let Some(hit) =
                    self.hit_with_answer(pattern, &before, |halves| halves.get(half) == Some(&true))?
                {
                    let (decides, matching) = self.at(provenance, pattern, &hit);
                    if decides {
                        return Ok(Some(hit));
                    }
                    let of = |rule: &RuleMatch| if half == 0 { rule.owner } else { rule.other };
                    let mine = matching.iter().find(|(other, _)| std::ptr::eq(*other, pattern));
                    let mine = mine.map_or(RuleBits::default(), |(_, rule)| of(rule));
                    // Permission to map that comes with permission to execute is decided where the latter is.
                    let lost = if mine.permissions & bit == 0 && mine.decisive & EXEC == 0 { EXEC } else { bit };
                    let met = before.len();
                    for (other, rule) in &matching {
                        if of(rule).decisive & lost != 0 && !before.contains(other) {
                            before.push(other);
                        }
                    }
                    if before.len() == met {
                        break;
                    }
                }
            }
        }
        Ok(None)
    }

    /// A hit with a shortest string that is telling for some halves, among those that match a pattern and none of others.
    fn hit_with_answer(
        &self,
        pattern: &Pattern,
        others: &[&Pattern],
        counts: impl Fn([bool; 2]) -> bool,
    ) -> Result<Option<PatternDecision>, SearchError> {
        let profile = &self.entry.profile;
        let too_large = || SearchError::TooLarge(full_name(profile));
        let Some(common) = self.asking.with(pattern, others).map_err(|_| too_large())? else { return Ok(None) };
        let tells = |hit: &PatternDecision| self.has_answer(hit) && counts(self.halves(hit));
        let shortest = hit(profile, self.lookup, &common.shortest);
        if tells(&shortest) {
            return Ok(Some(shortest));
        }
        let hits = hits_of(profile, self.lookup, &common.tables).ok_or_else(too_large)?;
        Ok(hits.into_iter().filter(tells).min_by_key(|hit| hit.string.len()))
    }

    /// Returns whether a pattern's rule decides about the string of a hit, and all patterns that match it.
    fn at<'a>(
        &self,
        provenance: &'a Provenance,
        pattern: &Pattern,
        hit: &PatternDecision,
    ) -> (bool, Vec<(&'a Pattern, RuleMatch)>) {
        let matching: Vec<_> = provenance.matching(self.lookup.automaton, &hit.string).collect();
        let halves = self.halves(hit);
        let decides = matching.iter().any(|(other, rule)| std::ptr::eq(*other, pattern) && self.decides(rule, halves));
        (decides, matching)
    }
}

fn same(one: &RuleMatch, other: &RuleMatch) -> bool {
    (one.span, one.mode, one.priority) == (other.span, other.mode, other.priority)
}
