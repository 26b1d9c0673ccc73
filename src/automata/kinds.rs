//! Kinds of NFA states: what decides whether others of a set absorb a state.

#![expect(clippy::indexing_slicing, reason = "all ids come from the NFA")]

use super::ByteSet;
use super::ids::{Id, ids};
use super::nfa::{ContinuationId, LabelIndex, Loop, Nfa, NfaStateId, ReadId};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

ids! {
    /// The number of a [`Kind`].
    pub(super) KindId;
}

/// The bytes that can be read from a state on, before and at the end of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Reach {
    pub(super) bytes: ByteSet,
    pub(super) out_of_band: bool,
}

/// The properties that decide whether a state is absorbed: its label, and what can be read from it on. Numbered, as there are few.
pub(super) type Kind = (LabelIndex, Reach);

impl Nfa {
    #[inline]
    pub(super) fn kind_of(&self, state: NfaStateId) -> KindId {
        self.kind_of[state]
    }

    pub(super) fn kind(&self, id: KindId) -> Kind {
        self.kinds[id]
    }

    /// Computes the kinds of the states that were added since the last call. To be called when no loop is open.
    pub(super) fn settle(&mut self) {
        self.kind_of_continuation.grow(self.contents.len(), KindId::UNKNOWN);
        let mut loops = std::mem::take(&mut self.outermost).into_iter().peekable();
        while self.kind_of.len() < self.states.len() {
            let state = self.kind_of.next_id();
            if let Some(Loop { end, next, .. }) = loops.next_if(|each| each.first == state) {
                let states = (state.index()..end.index()).map(NfaStateId::new);
                let kind =
                    states.clone().fold(self.kind_of_continuation(next), |kind, state| self.kind_before(state, kind));
                states.for_each(|_| _ = self.kind_of.push(kind));
            } else {
                let next = self.kind_of_continuation(self.states[state].next);
                let kind = self.kind_before(state, next);
                self.kind_of.push(kind);
            }
        }
    }

    /// The kind of a state that goes on with states of another kind.
    fn kind_before(&mut self, state: NfaStateId, next: KindId) -> KindId {
        let (label, read) = (self.labels[state], self.states[state].read);
        let after = if next == KindId::UNKNOWN { Reach::default() } else { self.kinds[next].1 };
        let reach = Reach {
            bytes: after.bytes.union(self.bytes(state)),
            out_of_band: after.out_of_band || read == ReadId::OUT_OF_BAND,
        };
        if next != KindId::UNKNOWN && reach == after { next } else { self.kind_id((label, reach)) }
    }

    /// The kind of the states of a continuation together, which are known; [`Id::UNKNOWN`] if there are none.
    fn kind_of_continuation(&mut self, continuation: ContinuationId) -> KindId {
        if self.kind_of_continuation[continuation] == KindId::UNKNOWN {
            let states = self.contents.get(continuation);
            let Some(&first) = states.first() else { return KindId::UNKNOWN };
            let first = self.kind_of[first];
            let (label, mut reach) = self.kinds[first];
            let mut before = first;
            for &state in states {
                let kind = std::mem::replace(&mut before, self.kind_of[state]);
                if kind != before {
                    let (_, more) = self.kinds[before];
                    reach.bytes = reach.bytes.union(more.bytes);
                    reach.out_of_band |= more.out_of_band;
                }
            }
            let kind = if reach == self.kinds[first].1 { first } else { self.kind_id((label, reach)) };
            self.kind_of_continuation[continuation] = kind;
        }
        self.kind_of_continuation[continuation]
    }

    fn kind_id(&mut self, kind: Kind) -> KindId {
        let (kinds, hasher) = (&self.kinds, FxBuildHasher);
        let hash = hasher.hash_one(kind);
        let id = self.kind_ids.id(hash, kinds.next_id(), |id| kinds[id] == kind, |id| hasher.hash_one(kinds[id]));
        if id == self.kinds.next_id() {
            self.kinds.push(kind);
        }
        id
    }
}
