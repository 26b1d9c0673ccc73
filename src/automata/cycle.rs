//! States that all lead to each other, and what is minimal about them.

#![expect(clippy::indexing_slicing, reason = "states are numbered here")]

use super::graph::{Graph, Row, SymbolId};
use super::merged::{MergedId, TRAP};
use super::minimise::{Partition, Predecessors};
use super::numbers::{Numbers, UNKNOWN};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

/// Marks a state of the cycle among those outside of it.
const INSIDE: u32 = 1 << 31;

/// States that all lead to each other, with numbers of their own: the trap is 0, then come the start (which no state leads to),
/// the minimal states outside that the cycle leads to, and the states of the cycle.
#[derive(Debug)]
pub(super) struct Cycle {
    graph: Graph,
    /// The value of each state of the cycle; nothing is said about those outside.
    values: Vec<u32>,
    /// What the states outside are.
    outside: Vec<MergedId>,
    /// Which states of the cycle mean the same; numbers are greater than those of states outside.
    block_of: Vec<u32>,
    /// The place of each block in the order, from the first block on.
    places: Vec<u32>,
}

/// A step out of a cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    pub(super) from: u32,
    pub(super) symbol: SymbolId,
    pub(super) to: MergedId,
}

impl Cycle {
    /// A cycle of states with these values and rows; `merged` says what states outside are.
    pub(super) fn new<'a>(
        members: &[u32],
        values: impl Iterator<Item = u32>,
        row: impl Fn(u32) -> Row<'a>,
        merged: impl Fn(u32) -> MergedId,
    ) -> Self {
        let mut local: FxHashMap<u32, u32> = members.iter().map(|&member| (member, UNKNOWN)).collect();
        let mut outside = vec![TRAP, UNKNOWN];
        let mut numbers = Numbers::default();
        numbers.set(TRAP, 0);
        for &member in members {
            for target in row(member).targets().filter(|target| !local.contains_key(target)) {
                numbers.number(merged(target), &mut outside);
            }
        }
        for (&member, number) in members.iter().zip(outside.len() as u32..) {
            local.insert(member, number);
        }
        let mut graph = Graph::default();
        for _ in 0..outside.len() {
            graph.push_runs(&[]);
        }
        for &member in members {
            graph.push_renamed(row(member), |target| match local.get(&target) {
                Some(&number) => number,
                None => numbers.get(merged(target)),
            });
        }
        let values = std::iter::repeat_n(UNKNOWN, outside.len()).chain(values).collect();
        Self { graph, values, outside, block_of: Vec::new(), places: Vec::new() }
    }

    /// The steps out of the cycle, one for each state outside, the trap among them.
    pub(super) fn exits(&self) -> Vec<Exit> {
        let mut exits = Vec::new();
        let mut known = vec![false; self.outside.len()];
        for from in self.states() {
            for run in self.graph.row(from).runs() {
                let to = run.target as usize;
                if let Some(known) = known.get_mut(to)
                    && !std::mem::replace(known, true)
                {
                    exits.push(Exit { from, symbol: run.first, to: self.outside[to] });
                }
            }
        }
        exits
    }

    /// Whether an older state may be the same as the one where an exit is.
    pub(super) fn may_be(&self, exit: Exit, state: MergedId, graph: &Graph, accept: &[u32]) -> bool {
        self.values[exit.from as usize] == accept[state as usize] && graph.row(state).target(exit.symbol) == exit.to
    }

    /// What a state outside is; `None` for those of the cycle.
    pub(super) fn outside(&self, state: u32) -> Option<MergedId> {
        self.outside.get(state as usize).copied()
    }

    fn states(&self) -> std::ops::Range<u32> {
        self.outside.len() as u32..self.graph.len() as u32
    }

    /// The minimal states that the states of the cycle are the same as, if one of its own is the same as this one: follows both
    /// from that pair on.
    pub(super) fn follow(&self, own: u32, state: MergedId, graph: &Graph, accept: &[u32]) -> Option<Vec<MergedId>> {
        let first = self.outside.len();
        let mut same = vec![UNKNOWN; self.graph.len() - first];
        same[own as usize - first] = state;
        let mut stack = vec![(own, state)];
        while let Some((own, state)) = stack.pop() {
            if self.values[own as usize] != accept[state as usize] {
                return None;
            }
            for (own, state) in self.graph.row(own).pairs(graph.row(state)) {
                match self.outside(own) {
                    Some(outside) if outside == state => {}
                    Some(_) => return None,
                    None => {
                        let known = &mut same[own as usize - first];
                        if *known == UNKNOWN {
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
    pub(super) fn merge(&mut self) -> Vec<u32> {
        let first = self.outside.len() as u32;
        let predecessors = Predecessors::of(&self.graph);
        self.block_of = Partition::of_cycle(&self.graph, &self.values, first).refine(&predecessors);
        let mut representatives = Vec::new();
        let mut known = Numbers::default();
        for state in self.states() {
            if known.get(self.block_of[state as usize]) == UNKNOWN {
                known.set(self.block_of[state as usize], state);
                representatives.push(state);
            }
        }
        representatives
    }

    /// Puts the states that differ, one of each kind, in an order that depends on their meaning only. Cycles that mean the same
    /// are written in the same way then.
    pub(super) fn order(&mut self, representatives: &[u32]) -> Vec<u32> {
        let first = self.outside.len() as u32;
        let root = self.root(representatives);
        let mut representative_of = vec![0; representatives.len()];
        for &state in representatives {
            representative_of[(self.block_of[state as usize] - first) as usize] = state;
        }
        let mut order = vec![root];
        self.places = vec![UNKNOWN; representatives.len()];
        self.places[(self.block_of[root as usize] - first) as usize] = 0;
        let mut next = 0;
        while let Some(&state) = order.get(next) {
            for target in self.graph.row(state).successors().filter(|&target| target >= first) {
                let block = (self.block_of[target as usize] - first) as usize;
                if self.places[block] == UNKNOWN {
                    self.places[block] = order.len() as u32;
                    order.push(representative_of[block]);
                }
            }
            next += 1;
        }
        order
    }

    /// A state that can be told from all others by what can be read from it on, in as few steps as possible.
    fn root(&self, representatives: &[u32]) -> u32 {
        let first = self.outside.len() as u32;
        let mut hashes = vec![0_u64; representatives.len()];
        let mut words = Vec::new();
        // As all of them differ, this many rounds tell all of them apart.
        for _ in 0..representatives.len() {
            let hash = |&state: &u32| {
                words.clear();
                words.push(self.values[state as usize]);
                let rename = |target| match self.outside(target) {
                    Some(outside) => outside,
                    None => INSIDE | hashes[(self.block_of[target as usize] - first) as usize] as u32,
                };
                self.graph.row(state).write_renamed(rename, &mut words);
                let mut hasher = FxHasher::default();
                words.iter().for_each(|&word| hasher.write_u32(word));
                (hasher.finish(), state)
            };
            let mut by_hash: Vec<(u64, u32)> = representatives.iter().map(hash).collect();
            by_hash.sort_unstable();
            if let Some(&[(_, alone)]) = by_hash.chunk_by(|a, b| a.0 == b.0).find(|chunk| chunk.len() == 1) {
                return alone;
            }
            for (hash, state) in by_hash {
                hashes[(self.block_of[state as usize] - first) as usize] = hash;
            }
        }
        representatives[0]
    }

    /// Everything about the states of an order.
    pub(super) fn write(&self, order: &[u32], words: &mut Vec<u32>) {
        for &state in order {
            let length = words.len();
            words.extend([0, self.values[state as usize]]);
            self.graph.row(state).write_renamed(|target| self.renamed(target, INSIDE), words);
            words[length] = (words.len() - length) as u32;
        }
    }

    /// The value and the row of a state.
    pub(super) fn state(&self, state: u32) -> (u32, Row<'_>) {
        (self.values[state as usize], self.graph.row(state))
    }

    /// What a state is if the first state of the order has this number.
    pub(super) fn renamed(&self, state: u32, first: MergedId) -> MergedId {
        self.outside(state).unwrap_or_else(|| {
            let block = self.block_of[state as usize] - self.outside.len() as u32;
            first + self.places[block as usize]
        })
    }

    /// The same for each state of the cycle.
    pub(super) fn all_renamed(&self, first: MergedId) -> impl Iterator<Item = MergedId> {
        self.states().map(move |state| self.renamed(state, first))
    }
}
