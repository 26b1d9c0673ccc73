//! Rows of new sets of NFA states.
//!
//! A new row is found in two ways at once. Steps on one byte go to the list of continuations that this byte leads to. Steps on
//! broad sets split the bytes into *groups* that these sets do not tell apart, and a group has the union of the continuations
//! of all sets that contain it. States mostly have the same few broad steps, those of the loops they are in, so all that is
//! remembered. A byte that has steps of its own adds their continuations to the union of its group. Such combinations are
//! looked up; only one never seen before is united into a set.

#![expect(clippy::indexing_slicing, reason = "symbols and places in lists are in bounds by construction")]

use super::ByteSet;
use super::absorb::Absorbs;
use super::determinise::{SubsetId, Subsets};
use super::graph::{Edge, LAST_BYTE, OUT_OF_BAND, State, SymbolId, push_runs};
use super::ids::{Id, IdVec};
use super::interner::Word;
use super::memo::{Broad, Group, GroupId, SplitId, UnionId};
use super::nfa::{ContinuationId, Nfa, NfaState, NfaStateId, ReadId, normalise};
use super::split::Split;

/// Buffers, kept for their memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The broad steps of a state, as NFA states.
    broad: Vec<NfaStateId>,
    /// The sets that they read, ascending.
    sets: Vec<ReadId>,
    /// For each set that is read, the continuations; empty for others.
    steps: IdVec<ReadId, Vec<ContinuationId>>,
    list: Vec<ContinuationId>,
    extended: Vec<u32>,
    extra: Vec<NfaStateId>,
    union: Vec<NfaStateId>,
    runs: Vec<Edge<SubsetId>>,
}

/// The continuations of steps on one symbol: for each symbol a list, in the order of the steps in the state.
#[derive(Debug, Default)]
pub(super) struct Narrow {
    lists: Vec<Vec<ContinuationId>>,
    /// The bytes whose lists are not empty.
    present: ByteSet,
}

impl Narrow {
    fn clear(&mut self) {
        if self.lists.is_empty() {
            self.lists.resize(usize::from(OUT_OF_BAND) + 1, Vec::new());
        }
        for byte in self.present.iter() {
            self.lists[usize::from(byte)].clear();
        }
        self.lists[usize::from(OUT_OF_BAND)].clear();
        self.present = ByteSet::EMPTY;
    }

    fn push(&mut self, symbol: ReadId, next: ContinuationId) {
        self.lists[symbol.index()].push(next);
        if let Some(byte) = symbol.as_byte() {
            self.present.insert(byte);
        }
    }
}

impl Subsets {
    /// Computes the row of a state. `None` when the budget of the NFA is used up.
    pub(super) fn expand(
        &mut self,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        state: SubsetId,
        narrow: &mut Narrow,
        scratch: &mut Scratch,
    ) -> Option<()> {
        narrow.clear();
        scratch.broad.clear();
        for item in self.sets.get(state) {
            let NfaState { read, next } = nfa.states[item];
            if read < ReadId::BROAD {
                narrow.push(read, nfa.closed(next)?);
            } else if read < ReadId::ACCEPT {
                scratch.broad.push(item);
            }
        }
        scratch.runs.clear();
        let mut bytes = narrow.present.iter().map(SymbolId::from).peekable();
        if scratch.broad.is_empty() {
            let mut at: SymbolId = 0;
            for byte in bytes {
                if at < byte {
                    scratch.runs.push(Edge { first: at, last: byte - 1, target: SubsetId::TRAP });
                }
                let target = self.target(nfa, absorbs, UnionId::NOTHING, &narrow.lists[usize::from(byte)], scratch);
                scratch.runs.push(Edge { first: byte, last: byte, target });
                at = byte + 1;
            }
            if at <= LAST_BYTE {
                scratch.runs.push(Edge { first: at, last: LAST_BYTE, target: SubsetId::TRAP });
            }
        } else {
            let Broad { split, groups } = self.broad(nfa, absorbs, scratch)?;
            for run in 0..self.memo.splits[split].runs.len() {
                let (first, last, group) = self.memo.splits[split].runs[run];
                let (mut at, last) = (SymbolId::from(first), SymbolId::from(last));
                let group = GroupId::new(groups.index() + usize::from(group));
                while let Some(byte) = bytes.next_if(|&byte| byte <= last) {
                    if at < byte {
                        let target = self.target_of_group(nfa, absorbs, group, scratch);
                        scratch.runs.push(Edge { first: at, last: byte - 1, target });
                    }
                    let union = self.memo.groups[group].union;
                    let target = self.target(nfa, absorbs, union, &narrow.lists[usize::from(byte)], scratch);
                    scratch.runs.push(Edge { first: byte, last: byte, target });
                    at = byte + 1;
                }
                if at <= last {
                    let target = self.target_of_group(nfa, absorbs, group, scratch);
                    scratch.runs.push(Edge { first: at, last, target });
                }
            }
        }
        let out_of_band = &narrow.lists[usize::from(OUT_OF_BAND)];
        if !out_of_band.is_empty() {
            let target = self.target(nfa, absorbs, UnionId::NOTHING, out_of_band, scratch);
            scratch.runs.push(Edge { first: OUT_OF_BAND, last: OUT_OF_BAND, target });
        }
        let first = self.edges.len();
        let default = push_runs(&mut self.edges, &scratch.runs);
        self.rows[state] = (default, first as u32, self.edges.len() as u32);
        Some(())
    }

    /// Returns the union of the broad steps at hand, or `None` when the budget of the NFA is used up.
    fn broad(&mut self, nfa: &mut Nfa, absorbs: Absorbs<'_>, scratch: &mut Scratch) -> Option<Broad> {
        let Scratch { broad, steps, sets, .. } = scratch;
        let (id, new) = self.memo.broad.intern(broad);
        if !new {
            return Some(self.memo.broad_parts[id]);
        }
        sets.drain(..).for_each(|read| steps[read].clear());
        for &item in broad.iter() {
            let NfaState { read, next } = nfa.states[item];
            steps.grow(read.index() + 1, Vec::new());
            if steps[read].is_empty() {
                sets.push(read);
            }
            steps[read].push(nfa.closed(next)?);
        }
        sets.sort_unstable();
        self.continuations.grow(nfa.continuations());
        let (split, new) = self.memo.set_lists.intern(sets);
        if new {
            let sets: Vec<_> = sets.iter().map(|&read| nfa.set(read)).collect();
            self.memo.splits.push(Split::of(&sets));
        }
        let part = Broad { split, groups: self.memo.groups.next_id() };
        for group in 0..self.memo.splits[split].groups.len() {
            let union = self.union_of_group(nfa, absorbs, split, group, scratch);
            self.memo.groups.push(Group { union, target: SubsetId::UNKNOWN });
        }
        self.memo.broad_parts.push(part);
        Some(part)
    }

    /// The union of the continuations that all bytes of a group lead to.
    fn union_of_group(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        split: SplitId,
        group: usize,
        scratch: &mut Scratch,
    ) -> UnionId {
        let Scratch { sets, steps, list, union, .. } = scratch;
        for &set in &*self.memo.splits[split].groups[group] {
            steps[sets[usize::from(set)]].iter().for_each(|&next| self.continuations.insert(next));
        }
        list.clear();
        self.continuations.drain_into(list);
        let (id, new) = self.memo.lists.intern(list);
        if new {
            self.unite(nfa, list, union);
            self.absorber.reduce(nfa, absorbs, union);
            self.memo.unions.push(self.memo.sets.intern(union).0);
        }
        self.memo.unions[id]
    }

    /// The state that a byte of a group leads to that has no steps of its own.
    fn target_of_group(&mut self, nfa: &Nfa, absorbs: Absorbs<'_>, group: GroupId, scratch: &mut Scratch) -> SubsetId {
        let Group { union, target } = self.memo.groups[group];
        if target != SubsetId::UNKNOWN {
            return target;
        }
        let target = self.target(nfa, absorbs, union, &[], scratch);
        self.memo.groups[group].target = target;
        target
    }

    /// The state for a union (an id in `sets` of the memo) and the continuations of further steps, in their order.
    fn target(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        united: UnionId,
        further: &[ContinuationId],
        scratch: &mut Scratch,
    ) -> SubsetId {
        let Scratch { extended, extra, union, .. } = scratch;
        if let (UnionId::NOTHING, &[alone]) = (united, further) {
            let known = &mut self.memo.of_continuation;
            if known.len() <= alone.index() {
                known.grow(nfa.continuations(), SubsetId::UNKNOWN);
            }
            if known[alone] == SubsetId::UNKNOWN {
                union.clear();
                union.extend_from_slice(nfa.continuation(alone));
                self.absorber.reduce(nfa, absorbs, union);
                self.memo.of_continuation[alone] = self.state(nfa, union);
            }
            return self.memo.of_continuation[alone];
        }
        extended.clear();
        extended.push(united.word());
        extended.extend(further.iter().map(|&next| next.word()));
        let (id, new) = self.memo.extended.intern(extended);
        if new {
            self.unite(nfa, further, extra);
            merge(self.memo.sets.get(united), extra, union);
            self.absorber.reduce(nfa, absorbs, union);
            let state = self.state(nfa, union);
            self.memo.states.push(state);
        }
        self.memo.states[id]
    }
    /// The sorted union of continuations.
    fn unite(&mut self, nfa: &Nfa, continuations: &[ContinuationId], union: &mut Vec<NfaStateId>) {
        union.clear();
        let states = continuations.iter().map(|&continuation| nfa.continuation(continuation));
        if states.clone().map(<[_]>::len).sum::<usize>() <= FEW_STATES {
            states.for_each(|states| union.extend_from_slice(states));
            if continuations.len() > 1 {
                normalise(union);
            }
        } else {
            states.flatten().for_each(|&state| self.states.insert(state));
            self.states.drain_into(union);
        }
    }
}

/// The number of states up to which a union is sorted with all duplicates.
const FEW_STATES: usize = 64;

/// The union of two ascending lists, the second of which is the shorter one.
fn merge(long: impl Iterator<Item = NfaStateId>, mut short: &[NfaStateId], union: &mut Vec<NfaStateId>) {
    union.clear();
    for state in long {
        while let [first, ref rest @ ..] = *short
            && first <= state
        {
            if first < state {
                union.push(first);
            }
            short = rest;
        }
        union.push(state);
    }
    union.extend_from_slice(short);
}
