//! Rows of new sets of NFA states.
//!
//! Most sets are another one, their *base*, and a few states more: a broad loop and the paths that begin below its directory. Such a
//! set leads where its base leads, with what its additions lead to besides. So its row is made of the row of the base, and the
//! additions are all that is read. The base of other sets is the empty one.
//!
//! Steps on one byte go to the list of continuations that this byte leads to. Steps on broad sets split the bytes into *groups* that
//! these sets do not tell apart, and a group has the continuations of all sets that contain it. States mostly have the same few broad
//! steps, those of the loops they are in, so all that is remembered, as is what comes of a set and further continuations.

#![expect(clippy::indexing_slicing, reason = "symbols and places in lists are in bounds by construction")]

use super::ByteSet;
use super::absorb::Absorbs;
use super::determinise::{Origin, SubsetId, Subsets};
use super::graph::{Edge, OUT_OF_BAND, State, SymbolId, push_runs};
use super::ids::{Id, IdVec};
use super::interner::Word;
use super::memo::{Broad, GroupId, ListId};
use super::nfa::{ContinuationId, Nfa, NfaState, NfaStateId, ReadId, normalise};
use super::split::Split;

/// Buffers, kept for their memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// States without a row, each followed by its base.
    bases: Vec<SubsetId>,
    /// The row of the base.
    below: Vec<Edge<SubsetId>>,
    /// The broad steps of a state, as NFA states.
    broad: Vec<NfaStateId>,
    /// The sets that they read, ascending.
    sets: Vec<ReadId>,
    /// For each set that is read, the continuations; empty for others.
    steps: IdVec<ReadId, Vec<ContinuationId>>,
    list: Vec<ContinuationId>,
    key: Vec<u32>,
    extra: Vec<NfaStateId>,
    added: Vec<NfaStateId>,
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
    /// Computes the row of a state, and of its base if it has none. `None` when the budget of the NFA is used up.
    pub(super) fn expand(
        &mut self,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        mut state: SubsetId,
        narrow: &mut Narrow,
        scratch: &mut Scratch,
    ) -> Option<()> {
        scratch.bases.clear();
        // A base is older than what is made of it, so this ends.
        while self.rows[state].0 == SubsetId::UNKNOWN {
            scratch.bases.push(state);
            state = self.origins[state].base;
        }
        while let Some(state) = scratch.bases.pop() {
            self.expand_above(nfa, absorbs, state, narrow, scratch)?;
        }
        Some(())
    }

    /// Computes the row of a state whose base has one.
    fn expand_above(
        &mut self,
        nfa: &mut Nfa,
        absorbs: Absorbs<'_>,
        state: SubsetId,
        narrow: &mut Narrow,
        scratch: &mut Scratch,
    ) -> Option<()> {
        narrow.clear();
        scratch.broad.clear();
        let Origin { base, first, end } = self.origins[state];
        if base == SubsetId::TRAP {
            read(nfa, self.sets.get(state), narrow, &mut scratch.broad)?;
        } else {
            let added = self.additions[first as usize..end as usize].iter().copied();
            read(nfa, added, narrow, &mut scratch.broad)?;
        }
        let broad = self.broad(nfa, scratch)?;
        let mut below = std::mem::take(&mut scratch.below);
        below.clear();
        below.extend(self.row(base).runs());
        scratch.runs.clear();
        let mut bytes = narrow.present.iter().map(SymbolId::from).peekable();
        let (mut run, mut out_of_band) = (0, SubsetId::TRAP);
        for &Edge { first: mut at, last, target: base } in &below {
            if at == OUT_OF_BAND {
                out_of_band = base;
                break;
            }
            while at <= last {
                let (_, end, group) = self.memo.splits[broad.split].runs[run];
                let end = SymbolId::from(end);
                let until = last.min(end);
                let united = self.target_of_group(nfa, absorbs, base, broad.group(group), scratch);
                while let Some(byte) = bytes.next_if(|&byte| byte <= until) {
                    if at < byte {
                        scratch.runs.push(Edge { first: at, last: byte - 1, target: united });
                    }
                    let target = self.target(nfa, absorbs, united, &narrow.lists[usize::from(byte)], scratch);
                    scratch.runs.push(Edge { first: byte, last: byte, target });
                    at = byte + 1;
                }
                if at <= until {
                    scratch.runs.push(Edge { first: at, last: until, target: united });
                    at = until + 1;
                }
                run += usize::from(until == end);
            }
        }
        scratch.below = below;
        let further = &narrow.lists[usize::from(OUT_OF_BAND)];
        let target = self.target(nfa, absorbs, out_of_band, further, scratch);
        if target != SubsetId::TRAP {
            scratch.runs.push(Edge { first: OUT_OF_BAND, last: OUT_OF_BAND, target });
        }
        let first = self.edges.len();
        let default = push_runs(&mut self.edges, &scratch.runs);
        self.rows[state] = (default, first as u32, self.edges.len() as u32);
        Some(())
    }

    /// Returns what the broad steps at hand lead to, or `None` when the budget of the NFA is used up.
    fn broad(&mut self, nfa: &mut Nfa, scratch: &mut Scratch) -> Option<Broad> {
        let Scratch { broad, sets, steps, list, .. } = scratch;
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
        for group in &self.memo.splits[split].groups {
            for &set in group {
                steps[sets[usize::from(set)]].iter().for_each(|&next| self.continuations.insert(next));
            }
            list.clear();
            self.continuations.drain_into(list);
            self.memo.groups.push(self.memo.lists.intern(list).0);
        }
        self.memo.broad_parts.push(part);
        Some(part)
    }

    /// The state for another one and the continuations of a group.
    fn target_of_group(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        base: SubsetId,
        group: GroupId,
        scratch: &mut Scratch,
    ) -> SubsetId {
        let list = self.memo.groups[group];
        if list == ListId::EMPTY {
            return base;
        }
        let (id, new) = self.memo.of_list.intern(&[base.word(), list.word()]);
        if new {
            let mut further = std::mem::take(&mut scratch.list);
            further.clear();
            further.extend(self.memo.lists.get(list));
            let state = self.joined(nfa, absorbs, base, &further, scratch);
            scratch.list = further;
            self.memo.states_of_lists.push(state);
        }
        self.memo.states_of_lists[id]
    }

    /// The state for another one and further continuations, in the order of their steps.
    fn target(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        base: SubsetId,
        further: &[ContinuationId],
        scratch: &mut Scratch,
    ) -> SubsetId {
        if further.is_empty() {
            return base;
        }
        if let (SubsetId::TRAP, &[alone]) = (base, further) {
            if self.memo.of_continuation.len() <= alone.index() {
                self.memo.of_continuation.grow(nfa.continuations(), SubsetId::UNKNOWN);
            }
            if self.memo.of_continuation[alone] == SubsetId::UNKNOWN {
                self.memo.of_continuation[alone] = self.joined(nfa, absorbs, base, further, scratch);
            }
            return self.memo.of_continuation[alone];
        }
        let Scratch { key, .. } = scratch;
        key.clear();
        key.push(base.word());
        key.extend(further.iter().map(|&next| next.word()));
        let (id, new) = self.memo.extended.intern(key);
        if new {
            let state = self.joined(nfa, absorbs, base, further, scratch);
            self.memo.states.push(state);
        }
        self.memo.states[id]
    }

    /// The state for the union of another one and some continuations.
    fn joined(
        &mut self,
        nfa: &Nfa,
        absorbs: Absorbs<'_>,
        base: SubsetId,
        further: &[ContinuationId],
        scratch: &mut Scratch,
    ) -> SubsetId {
        let Scratch { extra, added, union, .. } = scratch;
        self.unite(nfa, further, extra);
        if base == SubsetId::TRAP {
            self.absorber.reduce(nfa, absorbs, extra);
            return self.state(nfa, extra);
        }
        merge(self.sets.get(base), extra, union, added);
        if added.is_empty() {
            return base;
        }
        let of_base = union.len() - added.len();
        self.absorber.reduce(nfa, absorbs, union);
        if union.len() < of_base + added.len() {
            added.retain(|state| union.binary_search(state).is_ok());
        }
        // A loop that was added may have absorbed states of the base, whose row then says too much; and a base that is the lesser part
        // saves nothing.
        if union.len() < of_base + added.len() || of_base < added.len() {
            return self.state(nfa, union);
        }
        self.state_above(nfa, union, base, added)
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
            self.continuations.grow(nfa.continuations());
            for &continuation in continuations {
                let mut next = continuation;
                while next != ContinuationId::NOTHING && self.continuations.insert_new(next) {
                    let (states, rest) = nfa.parts(next);
                    states.iter().for_each(|&state| self.states.insert(state));
                    next = rest;
                }
            }
            self.continuations.clear();
            self.states.drain_into(union);
        }
    }
}

/// The number of states up to which a union is sorted with all duplicates.
const FEW_STATES: usize = 64;

/// Sorts the steps of NFA states by what they read. `None` when the budget of the NFA is used up.
fn read(
    nfa: &mut Nfa,
    items: impl Iterator<Item = NfaStateId>,
    narrow: &mut Narrow,
    broad: &mut Vec<NfaStateId>,
) -> Option<()> {
    for item in items {
        let NfaState { read, next } = nfa.states[item];
        if read < ReadId::BROAD {
            narrow.push(read, nfa.closed(next)?);
        } else if read < ReadId::ACCEPT {
            broad.push(item);
        }
    }
    Some(())
}

/// The union of two ascending lists, the second of which is the shorter one, and what only that one has.
fn merge(
    long: impl Iterator<Item = NfaStateId>,
    mut short: &[NfaStateId],
    union: &mut Vec<NfaStateId>,
    added: &mut Vec<NfaStateId>,
) {
    union.clear();
    added.clear();
    for state in long {
        while let [first, ref rest @ ..] = *short
            && first <= state
        {
            if first < state {
                union.push(first);
                added.push(first);
            }
            short = rest;
        }
        union.push(state);
    }
    // Few are left, and most often none: one by one takes less time than copying two lists.
    for &state in short {
        union.push(state);
        added.push(state);
    }
}
