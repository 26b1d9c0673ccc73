//! States that all lead to each other, and what is minimal about them.

#![expect(clippy::indexing_slicing, reason = "states and blocks are numbered here")]

use super::ValueId;
use super::determinise::SubsetId;
use super::graph::{Graph, Row, State, SymbolId};
use super::ids::{Id, IdVec, ids};
use super::merged::MergedId;
use super::minimise::{BlockId, Partition, Predecessors};
use super::numbers::Numbers;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

/// Marks a state of the cycle among those outside of it.
const INSIDE: u32 = 1 << 31;
const _: () = assert!(INSIDE as usize >= <MergedId as Id>::LIMIT, "no id has the mark");

ids! {
    /// The number of a state in a cycle.
    pub(super) CycleStateId;
}

impl State for CycleStateId {
    const TRAP: Self = Self(0);
}

/// States that all lead to each other, with numbers of their own: the trap is 0, then come the start (which no state leads to),
/// the minimal states outside that the cycle leads to, and the states of the cycle.
#[derive(Debug)]
pub(super) struct Cycle {
    graph: Graph<CycleStateId>,
    /// The value of each state of the cycle; nothing is said about those outside.
    values: IdVec<CycleStateId, ValueId>,
    /// The merged states of those outside of the cycle.
    outside: IdVec<CycleStateId, MergedId>,
    /// The block of each state of the cycle: states of a block mean the same. Numbers are greater than those of states outside.
    block_of: IdVec<CycleStateId, BlockId>,
    /// The place of each block of the cycle in the order.
    places: Vec<Option<u32>>,
}

/// A step out of a cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    pub(super) from: CycleStateId,
    pub(super) symbol: SymbolId,
    pub(super) to: MergedId,
}

impl Cycle {
    /// A cycle of states with these values and rows; `merged` says what states outside are.
    pub(super) fn new<'a>(
        members: &[SubsetId],
        values: impl Iterator<Item = ValueId>,
        row: impl Fn(SubsetId) -> Row<'a, SubsetId>,
        merged: impl Fn(SubsetId) -> MergedId,
    ) -> Self {
        let mut local: FxHashMap<SubsetId, CycleStateId> =
            members.iter().map(|&member| (member, CycleStateId::UNKNOWN)).collect();
        let mut outside = IdVec::from(vec![MergedId::TRAP, MergedId::UNKNOWN]);
        let mut numbers = Numbers::default();
        numbers.set(MergedId::TRAP, CycleStateId::TRAP);
        for &member in members {
            for target in row(member).targets().filter(|target| !local.contains_key(target)) {
                numbers.number(merged(target), &mut outside);
            }
        }
        for (&member, number) in members.iter().zip(outside.len()..) {
            local.insert(member, CycleStateId::new(number));
        }
        let mut graph = Graph::default();
        for _ in outside.ids() {
            graph.push_runs(&[]);
        }
        let rename = |target| match local.get(&target) {
            Some(&number) => number,
            None => numbers.get(merged(target)).unwrap_or(CycleStateId::TRAP),
        };
        for &member in members {
            graph.push_renamed(row(member), rename);
        }
        let values = std::iter::repeat_n(ValueId::UNKNOWN, outside.len()).chain(values).collect();
        Self { graph, values, outside, block_of: IdVec::default(), places: Vec::new() }
    }

    /// The steps out of the cycle, one for each state outside, the trap among them.
    pub(super) fn exits(&self) -> Vec<Exit> {
        let mut exits = Vec::new();
        let mut known: IdVec<CycleStateId, bool> = vec![false; self.outside.len()].into();
        for from in self.states() {
            for run in self.graph.row(from).runs() {
                if let Some(to) = self.outside(run.target)
                    && !std::mem::replace(&mut known[run.target], true)
                {
                    exits.push(Exit { from, symbol: run.first, to });
                }
            }
        }
        exits
    }

    /// Returns whether an older state may be the same as the one where an exit is.
    pub(super) fn may_be(
        &self,
        exit: Exit,
        state: MergedId,
        graph: &Graph<MergedId>,
        accept: &IdVec<MergedId, ValueId>,
    ) -> bool {
        self.values[exit.from] == accept[state] && graph.row(state).target(exit.symbol) == exit.to
    }

    /// Returns the merged state of a state outside; `None` for those of the cycle.
    pub(super) fn outside(&self, state: CycleStateId) -> Option<MergedId> {
        self.outside.get(state).copied()
    }

    fn states(&self) -> impl Iterator<Item = CycleStateId> + use<> {
        self.graph.states().skip(self.outside.len())
    }

    /// The place of a state of the cycle among those of the cycle.
    fn place(&self, state: CycleStateId) -> usize {
        state.index() - self.outside.len()
    }

    /// The block of a state of the cycle, counted from the first such block.
    fn block(&self, state: CycleStateId) -> usize {
        self.block_of[state].index() - self.outside.len()
    }

    /// The minimal states that the states of the cycle are the same as, if one of its own is the same as this one: follows both
    /// from that pair on.
    pub(super) fn follow(
        &self,
        own: CycleStateId,
        state: MergedId,
        graph: &Graph<MergedId>,
        accept: &IdVec<MergedId, ValueId>,
    ) -> Option<Vec<MergedId>> {
        let mut same = vec![MergedId::UNKNOWN; self.graph.len() - self.outside.len()];
        same[self.place(own)] = state;
        let mut stack = vec![(own, state)];
        while let Some((own, state)) = stack.pop() {
            if self.values[own] != accept[state] {
                return None;
            }
            for (own, state) in self.graph.row(own).pairs(graph.row(state)) {
                match self.outside(own) {
                    Some(outside) if outside == state => {}
                    Some(_) => return None,
                    None => {
                        let known = &mut same[self.place(own)];
                        if *known == MergedId::UNKNOWN {
                            *known = state;
                            stack.push((own, state));
                        } else if *known != state {
                            return None;
                        }
                    }
                }
            }
        }
        Some(same)
    }

    /// Finds out which states mean the same, if none of them is the same as one outside. One state of each kind.
    pub(super) fn merge(&mut self) -> Vec<CycleStateId> {
        let predecessors = Predecessors::of(&self.graph);
        let partition = Partition::of_cycle(&self.graph, &self.values, self.outside.len());
        self.block_of = partition.refine(&predecessors);
        let mut representatives = Vec::new();
        let mut known = Numbers::default();
        for state in self.states() {
            if known.get(self.block_of[state]).is_none() {
                known.set(self.block_of[state], state);
                representatives.push(state);
            }
        }
        representatives
    }

    /// Puts the states that differ, one of each kind, in an order that depends on their meaning only. Cycles that mean the same
    /// are written in the same way then.
    pub(super) fn order(&mut self, representatives: &[CycleStateId]) -> Vec<CycleStateId> {
        let root = self.root(representatives);
        let mut representative_of = vec![root; representatives.len()];
        for &state in representatives {
            representative_of[self.block(state)] = state;
        }
        let mut order = vec![root];
        let mut places = vec![None; representatives.len()];
        places[self.block(root)] = Some(0);
        let mut next = 0;
        while let Some(&state) = order.get(next) {
            for target in self.graph.row(state).successors().filter(|&target| self.outside(target).is_none()) {
                let block = self.block(target);
                if places[block].is_none() {
                    places[block] = Some(order.len() as u32);
                    order.push(representative_of[block]);
                }
            }
            next += 1;
        }
        self.places = places;
        order
    }

    /// A state that can be told from all others by what can be read from it on, in as few steps as possible.
    fn root(&self, representatives: &[CycleStateId]) -> CycleStateId {
        let mut hashes = vec![0_u64; representatives.len()];
        let mut words = Vec::new();
        // As all of them differ, this many rounds tell all of them apart.
        for _ in 0..representatives.len() {
            let hash = |&state: &CycleStateId| {
                words.clear();
                words.push(self.values[state].as_u32());
                let rename = |target| match self.outside(target) {
                    Some(outside) => outside.as_u32(),
                    None => INSIDE | hashes[self.block(target)] as u32,
                };
                self.graph.row(state).write_renamed(rename, &mut words);
                let mut hasher = FxHasher::default();
                words.iter().for_each(|&word| hasher.write_u32(word));
                (hasher.finish(), state)
            };
            let mut by_hash: Vec<(u64, CycleStateId)> = representatives.iter().map(hash).collect();
            by_hash.sort_unstable();
            if let Some(&[(_, alone)]) = by_hash.chunk_by(|a, b| a.0 == b.0).find(|chunk| chunk.len() == 1) {
                return alone;
            }
            for (hash, state) in by_hash {
                hashes[self.block(state)] = hash;
            }
        }
        representatives[0]
    }

    /// Everything about the states of an order.
    pub(super) fn write(&self, order: &[CycleStateId], words: &mut Vec<u32>) {
        for &state in order {
            let length = words.len();
            words.extend([0, self.values[state].as_u32()]);
            let rename = |target| match self.outside(target) {
                Some(outside) => outside.as_u32(),
                None => INSIDE | self.place_in_order(target),
            };
            self.graph.row(state).write_renamed(rename, words);
            words[length] = (words.len() - length) as u32;
        }
    }

    /// The value and the row of a state.
    pub(super) fn state(&self, state: CycleStateId) -> (ValueId, Row<'_, CycleStateId>) {
        (self.values[state], self.graph.row(state))
    }

    fn place_in_order(&self, state: CycleStateId) -> u32 {
        self.places[self.block(state)].unwrap_or(0)
    }

    /// Returns the merged state of a state, if the first state of the order has this number.
    pub(super) fn renamed(&self, state: CycleStateId, first: MergedId) -> MergedId {
        self.outside(state).unwrap_or_else(|| MergedId::new(first.index() + self.place_in_order(state) as usize))
    }

    /// The same for each state of the cycle.
    pub(super) fn all_renamed(&self, first: MergedId) -> impl Iterator<Item = MergedId> {
        self.states().map(move |state| self.renamed(state, first))
    }
}
