//! Leaving out of a set of states what cannot matter.
//!
//! If `/**` already grants all that `/usr/lib/x/**.so` would grant, there is no need to keep track of the latter. More
//! exactly: a state *q* that reads any byte of a set C again and again, and accepts with label A after each, absorbs a
//! state *r* of the same set if every step that can be reached from *r* reads bytes of C only, and the caller says that A
//! absorbs the label of *r*. All that *r* may match then matches *q*, with a label that makes the other one moot.
//! This removes the growth caused by many patterns that run on beside a broad loop.

#![expect(clippy::indexing_slicing, reason = "all ids come from the NFA")]

use super::nfa::{Nfa, NfaState, OUT_OF_BAND};
use super::{ByteSet, LabelId};
use rustc_hash::FxHashMap;

/// Whether a label makes another one moot.
pub(super) type Absorbs<'a> = &'a dyn Fn(LabelId, LabelId) -> bool;

pub(super) struct Absorber<'a> {
    nfa: &'a Nfa,
    absorbs: Absorbs<'a>,
    /// The states that loop and accept, with the accept state each needs beside it.
    loops: FxHashMap<u32, u32>,
    /// For each of them, whether it absorbs each state. Computed when first needed.
    absorbed: FxHashMap<u32, Vec<bool>>,
}

impl<'a> Absorber<'a> {
    pub(super) fn new(nfa: &'a Nfa, absorbs: Absorbs<'a>) -> Self {
        let mut loops = FxHashMap::default();
        for (id, state) in (0..).zip(&nfa.states) {
            if let NfaState::Step(set, next) = *state
                && set != OUT_OF_BAND
            {
                let after = nfa.continuations.get(next);
                let accept = after.iter().find(|&&state| nfa.states[state as usize] == NfaState::Accept);
                if let (Ok(_), Some(&accept)) = (after.binary_search(&id), accept) {
                    loops.insert(id, accept);
                }
            }
        }
        Self { nfa, absorbs, loops, absorbed: FxHashMap::default() }
    }

    /// Drops the states of a sorted set that others of the set absorb.
    pub(super) fn reduce(&mut self, set: &mut Vec<u32>) {
        let mut at = 0;
        while let Some(&state) = set.get(at) {
            at += 1;
            let Some(&accept) = self.loops.get(&state) else { continue };
            if set.binary_search(&accept).is_err() {
                continue;
            }
            if !self.absorbed.contains_key(&state) {
                self.absorbed.insert(state, self.absorbed_by(state));
            }
            let absorbed = &self.absorbed[&state];
            set.retain(|&other| other == state || other == accept || !absorbed[other as usize]);
            at = set.partition_point(|&other| other <= state);
        }
    }

    /// Whether a looping state absorbs each state.
    fn absorbed_by(&self, state: u32) -> Vec<bool> {
        let nfa = self.nfa;
        let label = nfa.labels[state as usize];
        let mut labels = FxHashMap::default();
        let mut absorbs = |other| *labels.entry(other).or_insert_with(|| (self.absorbs)(label, other));
        let bytes = |set: u32| nfa.sets.get(set as usize).copied();
        let read = match nfa.states[state as usize] {
            NfaState::Step(set, _) => bytes(set).unwrap_or_default(),
            NfaState::Accept | NfaState::Enter(_) => ByteSet::EMPTY,
        };
        let within: Vec<bool> = nfa.sets.iter().map(|set| set.is_subset(read)).collect();
        let mut absorbed: Vec<bool> = (nfa.states.iter().zip(&nfa.labels))
            .map(|(state, &other)| match *state {
                NfaState::Step(set, _) => set != OUT_OF_BAND && within[set as usize] && absorbs(other),
                NfaState::Accept => absorbs(other),
                NfaState::Enter(_) => false,
            })
            .collect();
        // What leads to a state that is not absorbed is not absorbed. States mostly lead to older ones, so a pass or two do.
        let mut changed = true;
        while changed {
            changed = false;
            for (id, state) in nfa.states.iter().enumerate() {
                if let NfaState::Step(_, next) = *state
                    && absorbed[id]
                    && !nfa.continuations.get(next).iter().all(|&after| absorbed[after as usize])
                {
                    absorbed[id] = false;
                    changed = true;
                }
            }
        }
        absorbed
    }
}
