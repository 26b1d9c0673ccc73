//! What the profiles of one run have in common.
//!
//! Most rules of a profile come from files that others include, too. So a rule that was encoded before gives the same
//! contributions again, and the automata of one kind are built one after another in one
//! [`automata::Workshop`]. All of it is bounded, and nothing of it shows in the result.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::contribution::Contribution;
use super::effort::AutomatonEffort;
use super::resolution::{Kind, Label, Permissions};
use super::support::Support;
use crate::automata::{self, LabelId};
use crate::policy::{Prefix, RuleKind};

/// The workshops of all threads that encode at a time: each takes one and brings it back.
#[derive(Debug, Default)]
pub struct Workshops {
    idle: Mutex<Vec<Workshop>>,
}

impl Workshops {
    /// Works with a workshop that nobody else has.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Workshop) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workshop = idle.unwrap_or_default();
        let result = work(&mut workshop);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workshop);
        result
    }
}

#[cfg(test)]
impl Workshops {
    /// How many rules and labels are remembered.
    pub(crate) fn remembered(&self) -> (usize, usize) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let each = idle.iter().map(|each| (each.rules.count, each.file.labels.len() + each.policy.labels.len()));
        each.fold((0, 0), |sum, more| (sum.0 + more.0, sum.1 + more.1))
    }

    /// The most rules and labels that each thread remembers.
    pub(crate) const MOST: (usize, usize) = (MAX_RULES, 2 * MAX_LABELS);
}

/// What one thread has found out so far.
#[derive(Debug)]
pub(super) struct Workshop {
    pub(super) rules: Rules,
    pub(super) file: Shop,
    pub(super) policy: Shop,
}

impl Default for Workshop {
    fn default() -> Self {
        Workshop { rules: Rules::default(), file: Shop::new(Kind::File), policy: Shop::new(Kind::Policy) }
    }
}

/// Most rules that are remembered.
const MAX_RULES: usize = 1 << 15;

/// Rules that were encoded without anything to report, and what came of them.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// What they were encoded for: the target, and whether `r` grants `m`.
    target: Option<(Support, bool)>,
    known: FxHashMap<Prefix, FxHashMap<RuleKind, Encoded>>,
    count: usize,
}

/// What a rule contributes to each automaton, with the place of the first rule that said so.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    pub(super) file: Box<[Contribution]>,
    pub(super) policy: Box<[Contribution]>,
}

impl Rules {
    /// Forgets rules that were encoded for another target.
    pub(super) fn prepare(&mut self, support: &Support, read_implies_mmap: bool) {
        let same = |(known, mmap): &(Support, bool)| known == support && *mmap == read_implies_mmap;
        if !self.target.as_ref().is_some_and(same) {
            *self = Rules { target: Some((support.clone(), read_implies_mmap)), ..Rules::default() };
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

/// Most labels of a shop.
const MAX_LABELS: usize = 1 << 14;

/// Builds the automata of one kind.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) kind: Kind,
    pub(super) workshop: automata::Workshop<Permissions>,
    pub(super) labels: Vec<Label>,
    /// What the automata of the profile at hand took.
    pub(super) efforts: Vec<AutomatonEffort>,
    ids: FxHashMap<Label, LabelId>,
}

impl Shop {
    pub(super) fn new(kind: Kind) -> Shop {
        let (workshop, labels, efforts, ids) = Default::default();
        Shop { kind, workshop, labels, efforts, ids }
    }

    /// The labels of contributions.
    pub(super) fn label(&mut self, contributions: &[Contribution]) -> Vec<LabelId> {
        if self.labels.len() > MAX_LABELS {
            *self = Shop { efforts: std::mem::take(&mut self.efforts), ..Shop::new(self.kind) };
        }
        let Shop { kind, labels, ids, .. } = self;
        let of = |contribution: &Contribution| {
            let label = Label::of(*kind, contribution);
            *ids.entry(label).or_insert_with(|| {
                labels.push(label);
                LabelId(u32::try_from(labels.len() - 1).unwrap_or(u32::MAX))
            })
        };
        contributions.iter().map(of).collect()
    }
}
