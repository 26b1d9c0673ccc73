//! Leaving out of a set of states what cannot matter.
//!
//! If `/**` already grants all that `/usr/lib/x/**.so` would grant, there is no need to keep track of the latter. More
//! exactly: a state *q* that reads any byte of a set C again and again, and accepts with label A after each, absorbs a
//! state *r* of the same set if every step that can be reached from *r* reads bytes of C only, and the caller says that A
//! absorbs the label of *r*. All that *r* may match then matches *q*, with a label that makes the other one moot.
//! This removes the growth caused by many patterns that run on beside a broad loop.

#![expect(clippy::indexing_slicing, reason = "all ids come from the NFA")]

use super::ids::{Id, IdVec, ids};
use super::kinds::{KindId, Reach};
use super::nfa::{LabelIndex, Nfa, NfaStateId, ReadId};
use super::{ByteSet, LabelId};
use rustc_hash::FxHashMap;

/// A function that returns whether a label makes another one moot.
pub(super) type Absorbs<'a> = &'a dyn Fn(LabelId, LabelId) -> bool;

ids! {
    /// The number of a loop.
    LoopId;
}

/// The facts that are known of loops. They grow with the NFA.
#[derive(Debug, Default)]
pub(super) struct Absorber {
    /// For each state that loops and accepts, its loop; [`Id::UNKNOWN`] for others.
    loop_of: IdVec<NfaStateId, LoopId>,
    /// Loops that read the same with the same label are one.
    loops: IdVec<LoopId, Loop>,
    ids: FxHashMap<(LabelIndex, ByteSet), LoopId>,
}

#[derive(Debug)]
struct Loop {
    label: LabelIndex,
    /// The accept state that a state needs beside it. There is one for each label.
    accept: NfaStateId,
    reads: ByteSet,
    /// For each kind of states, whether it absorbs them. Found out when first needed.
    absorbs: IdVec<KindId, Option<bool>>,
}

impl Absorber {
    /// Forgets all, but keeps the memory that it took.
    pub(super) fn clear(&mut self) {
        self.loop_of.clear();
        self.loops.clear();
        self.ids.clear();
    }

    /// Looks for loops among the states that are new.
    pub(super) fn learn(&mut self, nfa: &mut Nfa) {
        for id in nfa.states.ids().skip(self.loop_of.len()) {
            let state = nfa.states[id];
            let mut found = LoopId::UNKNOWN;
            if state.read < ReadId::ACCEPT
                && state.read != ReadId::OUT_OF_BAND
                && let Some(next) = nfa.closed(state.next)
                && let after = nfa.continuation(next)
                && after.binary_search(&id).is_ok()
                && let Some(&accept) = after.iter().find(|&&state| nfa.states[state].read == ReadId::ACCEPT)
            {
                let (label, reads) = (nfa.label(id), nfa.bytes(id));
                found = *self
                    .ids
                    .entry((label, reads))
                    .or_insert_with(|| self.loops.push(Loop { label, accept, reads, absorbs: IdVec::default() }));
            }
            self.loop_of.push(found);
        }
    }

    /// Drops the states of a sorted set that others of the set absorb.
    pub(super) fn reduce(&mut self, nfa: &Nfa, absorbs: Absorbs<'_>, set: &mut Vec<NfaStateId>) {
        let mut at = 0;
        while let Some(&state) = set.get(at) {
            at += 1;
            let number = self.loop_of[state];
            if number == LoopId::UNKNOWN {
                continue;
            }
            let this = &mut self.loops[number];
            let accept = this.accept;
            if set.binary_search(&accept).is_err() {
                continue;
            }
            set.retain(|&other| other == state || other == accept || !this.absorbs(nfa, absorbs, nfa.kind_of(other)));
            at = set.partition_point(|&other| other <= state);
        }
    }
}

impl Loop {
    #[inline]
    fn absorbs(&mut self, nfa: &Nfa, absorbs: Absorbs<'_>, kind: KindId) -> bool {
        match self.absorbs.get(kind) {
            Some(&Some(known)) => known,
            _ => self.find_out(nfa, absorbs, kind),
        }
    }

    fn find_out(&mut self, nfa: &Nfa, absorbs: Absorbs<'_>, kind: KindId) -> bool {
        let (label, Reach { bytes, out_of_band }) = nfa.kind(kind);
        let absorbed =
            !out_of_band && bytes.is_subset(self.reads) && absorbs(nfa.label_id(self.label), nfa.label_id(label));
        self.absorbs.grow(kind.index() + 1, None);
        self.absorbs[kind] = Some(absorbed);
        absorbed
    }
}
