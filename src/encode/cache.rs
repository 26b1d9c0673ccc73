//! Work that the profiles of one run share.
//!
//! Most rules of a profile come from files that other profiles include as well. A rule that was encoded before gives the
//! same contributions again, and the automata of one kind are built one after another with one
//! [`automata::BuildCache`]. All of it is bounded, and nothing of it shows in the result.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::contribution::Contribution;
use super::effort::AutomatonEffort;
use super::resolution::{AutomatonKind, ContributionLabel, StatePermissions};
use super::support::Support;
use crate::automata::{self, LabelId};
use crate::policy::{Prefix, RuleKind};

/// The cache of all threads that encode at a time: each takes one and brings it back.
#[derive(Debug, Default)]
pub struct EncodeCache {
    idle: Mutex<Vec<ThreadCache>>,
    is_last: bool,
}

impl EncodeCache {
    /// The same memory, for the last policy: nothing is kept that only another one would need, so that tables take its place.
    pub(crate) fn for_last(&self) -> EncodeCache {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        EncodeCache { idle: Mutex::new(idle), is_last: true }
    }

    /// Whether it is for the last policy.
    pub(super) fn is_last(&self) -> bool {
        self.is_last
    }

    /// Works with a part that no other thread has at the time.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut ThreadCache) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut cache = idle.unwrap_or_default();
        let result = work(&mut cache);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(cache);
        result
    }
}

#[cfg(test)]
impl EncodeCache {
    /// Returns the numbers of rules and labels that are remembered.
    pub(crate) fn remembered(&self) -> (usize, usize) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let each = idle.iter().map(|each| (each.rules.count, each.file.labels.len() + each.policy.labels.len()));
        each.fold((0, 0), |sum, more| (sum.0 + more.0, sum.1 + more.1))
    }

    /// The most rules and labels that each thread remembers.
    pub(crate) const MOST: (usize, usize) = (MAX_RULES, 2 * MAX_LABELS);
}

/// The part of one thread.
#[derive(Debug)]
pub(super) struct ThreadCache {
    pub(super) rules: RuleCache,
    pub(super) file: AutomatonCache,
    pub(super) policy: AutomatonCache,
}

impl Default for ThreadCache {
    fn default() -> Self {
        ThreadCache {
            rules: RuleCache::default(),
            file: AutomatonCache::new(AutomatonKind::File),
            policy: AutomatonCache::new(AutomatonKind::Policy),
        }
    }
}

impl ThreadCache {
    /// Notes whether the profile that is encoded next is the last one.
    pub(super) fn expect(&mut self, is_last: bool) {
        self.rules.is_last = is_last;
        self.file.is_last = is_last;
        self.policy.is_last = is_last;
    }
}

/// The maximum number of rules that are kept.
const MAX_RULES: usize = 1 << 13;

/// Rules that were encoded without anything to report, with their contributions.
#[derive(Debug, Default)]
pub(super) struct RuleCache {
    /// The target that they were encoded for, and whether `r` grants `m`.
    target: Option<(Support, bool)>,
    known: FxHashMap<Prefix, FxHashMap<RuleKind, Encoded>>,
    count: usize,
    /// Whether there are no more profiles after this one, so that its rules are not kept.
    pub(super) is_last: bool,
}

/// The contributions of a rule to each automaton, with the place of the first such rule.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    pub(super) file: Box<[Contribution]>,
    pub(super) policy: Box<[Contribution]>,
}

impl RuleCache {
    /// Forgets rules that were encoded for another target.
    pub(super) fn prepare(&mut self, support: &Support, read_implies_mmap: bool) {
        let same = |(known, mmap): &(Support, bool)| known == support && *mmap == read_implies_mmap;
        if !self.target.as_ref().is_some_and(same) {
            let target = Some((support.clone(), read_implies_mmap));
            *self = RuleCache { target, is_last: self.is_last, ..RuleCache::default() };
        }
    }

    pub(super) fn get(&self, prefix: &Prefix, kind: &RuleKind) -> Option<&Encoded> {
        self.known.get(prefix)?.get(kind)
    }

    pub(super) fn insert(&mut self, prefix: Prefix, kind: RuleKind, encoded: Encoded) {
        if self.count >= MAX_RULES {
            self.known.clear();
            self.count = 0;
        }
        self.count += 1;
        self.known.entry(prefix).or_default().insert(kind, encoded);
    }
}

/// The maximum number of labels of one kind of automata.
const MAX_LABELS: usize = 1 << 14;

/// The automata of one kind that were built before, and the labels in them.
#[derive(Debug)]
pub(super) struct AutomatonCache {
    pub(super) kind: AutomatonKind,
    pub(super) builds: automata::BuildCache<StatePermissions>,
    pub(super) labels: Vec<ContributionLabel>,
    /// The effort for the automata of the current profile.
    pub(super) efforts: Vec<AutomatonEffort>,
    ids: FxHashMap<ContributionLabel, LabelId>,
    /// Whether there are no more profiles after this one, so that what the last automaton was built with can be let go.
    pub(super) is_last: bool,
}

impl AutomatonCache {
    pub(super) fn new(kind: AutomatonKind) -> AutomatonCache {
        let (builds, labels, efforts, ids, is_last) = Default::default();
        AutomatonCache { kind, builds, labels, efforts, ids, is_last }
    }

    /// Forgets the automata that were built.
    pub(super) fn forget(&mut self) {
        let AutomatonCache { kind, is_last, .. } = *self;
        let efforts = std::mem::take(&mut self.efforts);
        *self = AutomatonCache { efforts, is_last, ..AutomatonCache::new(kind) };
    }

    /// The labels of contributions.
    pub(super) fn label(&mut self, contributions: &[Contribution]) -> Vec<LabelId> {
        if self.labels.len() > MAX_LABELS {
            self.forget();
        }
        let AutomatonCache { kind, labels, ids, .. } = self;
        let of = |contribution: &Contribution| {
            let label = ContributionLabel::of(*kind, contribution);
            *ids.entry(label).or_insert_with(|| {
                labels.push(label);
                LabelId::new(labels.len() - 1)
            })
        };
        contributions.iter().map(of).collect()
    }
}
