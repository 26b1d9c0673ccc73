//! DFA → minimal DFA: hashing, then partition refinement.
//!
//! A state from which no loop can be reached is what its value and its row say: with the states that it leads to merged before,
//! two such states are the same if those are equal. That takes one pass from the ends of the automaton, and leaves the states
//! that do lead to loops.
//!
//! Those are partitioned by their values first. Then blocks are split until all states of a block lead to the same blocks.
//! The *signature* of a state is its row with blocks in the place of states. When a block splits, the largest part keeps its
//! number; only states that lead to one of the other parts need a new look. A state therefore changes its block at most log n
//! times (Hopcroft's "smaller half").
//!
//! Dead states, from which no valuable one can be reached, become the trap. The start is never merged with another state.

#![expect(clippy::indexing_slicing, reason = "state ids come from the graph, block ids are minted here")]

use super::ClassifiedDfa;
use super::graph::Graph;
use super::interner::SliceInterner;
use super::{StateId, Symbol};
use std::collections::VecDeque;

/// The smallest automaton that gives the same inputs the same values.
///
/// State 0 is the trap, from which every symbol leads back to it, and has the default value. State 1 is the start. Every
/// other state can be reached from the start and leads to a state whose value is not the default one. The start stays a
/// state of its own even where an equivalent one exists.
#[derive(Clone, Debug)]
pub struct MinimalDfa<A> {
    pub(super) graph: Graph,
    /// The value of each state, as an index into `values`.
    accept: Vec<u32>,
    values: Vec<A>,
}

impl<A: Default + Eq> ClassifiedDfa<A> {
    /// Merges whatever cannot be told apart. `A::default()` is the value of inputs that mean nothing.
    pub fn minimise(self) -> MinimalDfa<A> {
        let Self { graph, mut accept, mut values } = self;
        let nothing = match values.iter().position(|value| *value == A::default()) {
            Some(nothing) => nothing as u32,
            None => {
                values.push(A::default());
                values.len() as u32 - 1
            }
        };
        // Whatever the caller says the empty set of labels means: nothing matches in the trap.
        accept[0] = nothing;
        let predecessors = Predecessors::of(&graph);
        let live = live_states(&accept, nothing, &predecessors);
        let finite = Finite::merge(&graph, &accept, &live, &predecessors);
        let block_of = Partition::new(&graph, &accept, finite).refine(&predecessors);
        let (order, numbers) = number_blocks(&graph, &block_of);
        MinimalDfa {
            graph: graph.reorder(&order, |state| numbers[block_of[state as usize] as usize]),
            accept: order.iter().map(|&state| accept[state as usize]).collect(),
            values,
        }
    }
}

impl<A> MinimalDfa<A> {
    /// States that are minimal already, numbered breadth-first from the start; `accept` are indices into `values`.
    pub(super) fn new(graph: Graph, accept: Vec<u32>, values: Vec<A>) -> Self {
        Self { graph, accept, values }
    }

    /// How many states there are, the trap included: at least 2.
    pub fn len(&self) -> usize {
        self.graph.len()
    }

    /// Whether there is no state but the trap and the start.
    pub fn is_empty(&self) -> bool {
        self.len() <= 2
    }

    /// Where a symbol leads.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn step(&self, state: StateId, symbol: Symbol) -> StateId {
        self.graph.step(state, symbol)
    }

    /// Where an input leads from the start.
    pub fn walk(&self, input: &[u8]) -> StateId {
        input.iter().fold(StateId::START, |state, &byte| self.step(state, byte.into()))
    }

    /// The value of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn value(&self, state: StateId) -> &A {
        &self.values[self.accept[state.0 as usize] as usize]
    }

    /// Whether another state means the same as the start: an automaton in which the start is not kept apart would have one for both.
    pub fn start_is_redundant(&self) -> bool {
        let start = StateId::START.0;
        let row = || self.graph.row(start);
        let same =
            |state: u32| self.accept[state as usize] == self.accept[start as usize] && self.graph.row(state) == row();
        (start + 1..self.len() as u32).any(same)
    }

    /// All states, the trap first.
    pub fn states(&self) -> impl Iterator<Item = StateId> + use<A> {
        (0..self.len() as u32).map(StateId)
    }

    /// The same automaton with the states in another order, which must name each state once.
    pub(super) fn reordered(self, order: &[u32]) -> Self {
        let mut numbers = vec![0; order.len()];
        for (number, &state) in order.iter().enumerate() {
            numbers[state as usize] = number as u32;
        }
        Self {
            graph: self.graph.reorder(order, |state| numbers[state as usize]),
            accept: order.iter().map(|&state| self.accept[state as usize]).collect(),
            values: self.values,
        }
    }
}

/// For each state, the states that lead to it, some of them repeatedly. Nothing is said about the trap.
pub(super) struct Predecessors {
    ends: Vec<u32>,
    states: Vec<u32>,
}

impl Predecessors {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut ends = vec![0; graph.len() + 1];
        for state in 0..graph.len() as u32 {
            for target in graph.row(state).targets() {
                ends[target as usize + 1] += 1;
            }
        }
        for i in 1..ends.len() {
            ends[i] += ends[i - 1];
        }
        let mut states = vec![0; ends.last().copied().unwrap_or(0) as usize];
        // Filling moves each start to the end, which is where the next one starts.
        for state in 0..graph.len() as u32 {
            for target in graph.row(state).targets() {
                let end = &mut ends[target as usize];
                states[*end as usize] = state;
                *end += 1;
            }
        }
        ends.pop();
        Self { ends, states }
    }

    fn get(&self, state: u32) -> &[u32] {
        let start = if state == 0 { 0 } else { self.ends[state as usize - 1] };
        &self.states[start as usize..self.ends[state as usize] as usize]
    }
}

/// The states from which a state with a value other than `nothing` can be reached.
fn live_states(accept: &[u32], nothing: u32, predecessors: &Predecessors) -> Vec<bool> {
    let mut live: Vec<bool> = accept.iter().map(|&value| value != nothing).collect();
    let mut stack: Vec<u32> = (0..accept.len() as u32).filter(|&state| live[state as usize]).collect();
    while let Some(state) = stack.pop() {
        for &before in predecessors.get(state) {
            if !std::mem::replace(&mut live[before as usize], true) {
                stack.push(before);
            }
        }
    }
    live
}

/// The block of dead states.
const DEAD: u32 = 0;
/// The block of the start.
const START: u32 = 1;
/// The block of states that have none yet.
const NONE: u32 = u32::MAX;

/// The blocks of dead states, of the start, and of states that lead to no loop.
struct Finite {
    block_of: Vec<u32>,
    /// How many blocks there are.
    blocks: u32,
}

impl Finite {
    fn merge(graph: &Graph, accept: &[u32], live: &[bool], predecessors: &Predecessors) -> Self {
        let mut block_of: Vec<u32> = live.iter().map(|&live| if live { NONE } else { DEAD }).collect();
        // How many of the states that each state leads to have no block yet.
        let mut open = vec![0_u32; graph.len()];
        for state in (0..graph.len() as u32).filter(|&state| live[state as usize]) {
            for &before in predecessors.get(state) {
                open[before as usize] += 1;
            }
        }
        let mut stack: Vec<u32> = (0..graph.len() as u32)
            .filter(|&state| live[state as usize] && open[state as usize] == 0 && state != StateId::START.0)
            .collect();
        let mut rows = SliceInterner::default();
        let mut row = Vec::new();
        while let Some(state) = stack.pop() {
            row.clear();
            row.push(accept[state as usize]);
            graph.row(state).write_renamed(|target| block_of[target as usize], &mut row);
            block_of[state as usize] = START + 1 + rows.intern(&row).0;
            for &before in predecessors.get(state) {
                open[before as usize] -= 1;
                if open[before as usize] == 0 && before != StateId::START.0 {
                    stack.push(before);
                }
            }
        }
        block_of[StateId::START.0 as usize] = START;
        Self { block_of, blocks: START + 1 + rows.len() as u32 }
    }
}

/// A partition of the other states into blocks, and which of them need a look.
pub(super) struct Partition<'a> {
    graph: &'a Graph,
    block_of: Vec<u32>,
    /// The states, block by block; those of a block that need a look come first.
    members: Vec<u32>,
    /// Where each state is in `members`.
    position: Vec<u32>,
    /// The blocks, the first of which has the number `first`.
    blocks: Vec<Block>,
    first: u32,
    queue: VecDeque<u32>,
    signatures: SliceInterner,
    signature: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    start: u32,
    /// Members from `start` to here need a look.
    unsure: u32,
    end: u32,
}

/// Signatures are forgotten when they take more words than this.
const SIGNATURE_WORDS: usize = 1 << 20;

impl<'a> Partition<'a> {
    /// Of the states from `first` on; those before are blocks of their own.
    pub(super) fn of_cycle(graph: &'a Graph, accept: &[u32], first: u32) -> Self {
        let block_of = (0..graph.len() as u32).map(|state| if state < first { state } else { NONE }).collect();
        Self::new(graph, accept, Finite { block_of, blocks: first })
    }

    fn new(graph: &'a Graph, accept: &[u32], finite: Finite) -> Self {
        let Finite { mut block_of, blocks: first } = finite;
        let mut members: Vec<u32> = (0..graph.len() as u32).filter(|&state| block_of[state as usize] == NONE).collect();
        members.sort_by_key(|&state| accept[state as usize]);
        let mut position = vec![0; graph.len()];
        let mut blocks = Vec::new();
        let mut start = 0;
        for states in members.chunk_by(|&a, &b| accept[a as usize] == accept[b as usize]) {
            let end = start + states.len() as u32;
            for (&state, at) in states.iter().zip(start..) {
                block_of[state as usize] = first + blocks.len() as u32;
                position[state as usize] = at;
            }
            blocks.push(Block { start, unsure: end, end });
            start = end;
        }
        Self {
            graph,
            block_of,
            members,
            position,
            queue: (0..blocks.len() as u32).collect(),
            blocks,
            first,
            signatures: SliceInterner::default(),
            signature: Vec::new(),
        }
    }

    /// Splits blocks until all states of a block lead to the same blocks.
    pub(super) fn refine(mut self, predecessors: &Predecessors) -> Vec<u32> {
        let mut parts = Vec::new();
        let mut moved = Vec::new();
        while let Some(block) = self.queue.pop_front() {
            self.split(block, &mut parts, &mut moved);
            for state in moved.drain(..) {
                for &before in predecessors.get(state) {
                    self.doubt(before);
                }
            }
        }
        self.block_of
    }

    /// Marks a state as one that needs a look.
    fn doubt(&mut self, state: u32) {
        let Some(block) = self.block_of[state as usize].checked_sub(self.first) else { return };
        let Block { start, unsure, end } = self.blocks[block as usize];
        let at = self.position[state as usize];
        if at < unsure || end - start == 1 {
            return;
        }
        let other = self.members[unsure as usize];
        self.place(other, at);
        self.place(state, unsure);
        self.blocks[block as usize].unsure += 1;
        if unsure == start {
            self.queue.push_back(block);
        }
    }

    fn place(&mut self, state: u32, at: u32) {
        self.members[at as usize] = state;
        self.position[state as usize] = at;
    }

    /// Splits a block by the signatures of its states. `moved` gets the states that are in a new block now; `parts` is
    /// scratch.
    fn split(&mut self, block: u32, parts: &mut Vec<(u32, u32)>, moved: &mut Vec<u32>) {
        let Block { start, unsure, end } = self.blocks[block as usize];
        self.blocks[block as usize].unsure = start;
        if end - start == 1 {
            return;
        }
        if self.signatures.total_len() > SIGNATURE_WORDS {
            self.signatures.clear();
        }
        // States that need no look have one signature, all of them.
        let sure = (unsure < end).then(|| self.signature_of(self.members[unsure as usize]));
        parts.clear();
        for at in start..unsure {
            let state = self.members[at as usize];
            parts.push((self.signature_of(state), state));
        }
        if parts.iter().all(|&(signature, _)| signature == sure.unwrap_or(parts[0].0)) {
            return;
        }
        parts.sort_unstable();
        let size = |part: &[(u32, u32)]| part.len() as u32 + if Some(part[0].0) == sure { end - unsure } else { 0 };
        let chunks = || parts.chunk_by(|a, b| a.0 == b.0);
        let largest = chunks().map(|part| (size(part), part[0].0)).chain(sure.map(|s| (end - unsure, s)));
        let Some((_, kept)) = largest.max_by_key(|&(size, signature)| (size, std::cmp::Reverse(signature))) else {
            return;
        };
        if let Some(sure) = sure
            && sure != kept
        {
            parts.extend((unsure..end).map(|at| (sure, self.members[at as usize])));
            parts.sort_unstable();
        }
        // The part that keeps the number comes last, before the states that kept it unseen.
        let mut at = start;
        for part in parts.chunk_by(|a, b| a.0 == b.0).filter(|part| part[0].0 != kept) {
            let number = self.blocks.len() as u32;
            let end = at + part.len() as u32;
            self.blocks.push(Block { start: at, unsure: at, end });
            for &(_, state) in part {
                self.block_of[state as usize] = self.first + number;
                self.place(state, at);
                moved.push(state);
                at += 1;
            }
        }
        self.blocks[block as usize] = Block { start: at, unsure: at, end };
        for &(signature, state) in parts.iter() {
            if signature == kept {
                self.place(state, at);
                at += 1;
            }
        }
    }

    /// The id of the signature of a state under the partition as it is.
    fn signature_of(&mut self, state: u32) -> u32 {
        let Self { graph, block_of, signature, .. } = self;
        signature.clear();
        graph.row(state).write_renamed(|target| block_of[target as usize], signature);
        self.signatures.intern(signature).0
    }
}

/// Numbers the blocks breadth-first from the start: one state of each block in that order, and the number of each block.
fn number_blocks(graph: &Graph, block_of: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut order = vec![StateId::TRAP.0, StateId::START.0];
    let mut numbers = vec![None; block_of.len() + 2];
    numbers[DEAD as usize] = Some(StateId::TRAP.0);
    numbers[START as usize] = Some(StateId::START.0);
    let mut next = 1;
    while let Some(&state) = order.get(next) {
        for target in graph.row(state).successors() {
            let number = &mut numbers[block_of[target as usize] as usize];
            if number.is_none() {
                *number = Some(order.len() as u32);
                order.push(target);
            }
        }
        next += 1;
    }
    (order, numbers.into_iter().map(|number| number.unwrap_or(0)).collect())
}
