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

#![expect(clippy::indexing_slicing, reason = "blocks, their members and their bounds are made here")]

use super::ClassifiedDfa;
#[cfg(feature = "internals")]
use super::Symbol;
use super::graph::{Graph, State};
use super::ids::{Id, IdVec, ids};
use super::interner::SliceInterner;
use super::{StateId, ValueId};
use std::collections::VecDeque;

ids! {
    /// The number of a set of states that cannot be told apart so far.
    pub(super) BlockId;
    /// The number of the value and the row of a state.
    RowId;
    /// The number of the signature of a state.
    SignatureId;
}

impl BlockId {
    /// The block of dead states.
    const DEAD: Self = Self(0);
    /// The block of the start.
    const START: Self = Self(1);
}

/// The smallest automaton that gives the same inputs the same values.
///
/// State 0 is the trap, from which every symbol leads back to it, and has the default value. State 1 is the start. Every
/// other state can be reached from the start and leads to a state whose value is not the default one. The start stays a
/// state of its own even where an equivalent one exists.
#[derive(Clone, Debug)]
pub struct MinimalDfa<A> {
    pub(super) graph: Graph,
    /// The value of each state, as an index into `values`.
    accept: IdVec<StateId, ValueId>,
    values: IdVec<ValueId, A>,
}

impl<A: Default + Eq> ClassifiedDfa<A> {
    /// Merges whatever cannot be told apart. `A::default()` is the value of inputs that mean nothing.
    pub fn minimise(self) -> MinimalDfa<A> {
        let Self { graph, mut accept, mut values } = self;
        let nothing = values.ids().find(|&value| values[value] == A::default());
        let nothing = nothing.unwrap_or_else(|| values.push(A::default()));
        // Whatever the caller says the empty set of labels means: nothing matches in the trap.
        accept[StateId::TRAP] = nothing;
        let predecessors = Predecessors::of(&graph);
        let live = live_states(&accept, nothing, &predecessors);
        let finite = Finite::merge(&graph, &accept, &live, &predecessors);
        let block_of = Partition::new(&graph, &accept, finite).refine(&predecessors);
        let (order, numbers) = number_blocks(&graph, &block_of);
        MinimalDfa {
            graph: graph.reorder(&order, |state| numbers[block_of[state]]),
            accept: order.iter().map(|&state| accept[state]).collect(),
            values,
        }
    }
}

impl<A> MinimalDfa<A> {
    /// States that are minimal already, numbered breadth-first from the start; `accept` are indices into `values`.
    pub(super) fn new(graph: Graph, accept: IdVec<StateId, ValueId>, values: IdVec<ValueId, A>) -> Self {
        Self { graph, accept, values }
    }

    /// The number of states, the trap included: at least 2.
    pub fn len(&self) -> usize {
        self.graph.len()
    }

    /// The value of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn value(&self, state: StateId) -> &A {
        &self.values[self.accept[state]]
    }

    /// Whether another state means the same as the start: an automaton in which the start is not kept apart would have one for both.
    pub fn start_is_redundant(&self) -> bool {
        let (value, row) = (self.accept[StateId::START], self.graph.row(StateId::START));
        self.states().any(|state| state > StateId::START && self.accept[state] == value && self.graph.row(state) == row)
    }

    /// All states, the trap first.
    pub fn states(&self) -> impl Iterator<Item = StateId> + use<A> {
        self.graph.states()
    }

    /// The same automaton with the states in another order, which must name each state once.
    pub(super) fn reordered(self, order: &IdVec<StateId, StateId>) -> Self {
        let mut numbers: IdVec<StateId, _> = vec![StateId::TRAP; order.len()].into();
        for number in order.ids() {
            numbers[order[number]] = number;
        }
        Self {
            graph: self.graph.reorder(order, |state| numbers[state]),
            accept: order.iter().map(|&state| self.accept[state]).collect(),
            values: self.values,
        }
    }
}

#[cfg(feature = "internals")]
impl<A> MinimalDfa<A> {
    /// Whether there is no state but the trap and the start.
    pub fn is_empty(&self) -> bool {
        self.len() <= 2
    }

    /// Returns the state that a symbol leads to.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn step(&self, state: StateId, symbol: Symbol) -> StateId {
        self.graph.step(state, symbol)
    }

    /// Returns the state that an input leads to from the start.
    pub fn walk(&self, input: &[u8]) -> StateId {
        input.iter().fold(StateId::START, |state, &byte| self.step(state, byte.into()))
    }
}

/// For each state, the states that lead to it, some of them repeatedly. Nothing is said about the trap.
pub(super) struct Predecessors<S> {
    ends: IdVec<S, u32>,
    states: Vec<S>,
}

impl<S: State> Predecessors<S> {
    pub(super) fn of(graph: &Graph<S>) -> Self {
        let mut ends: IdVec<S, u32> = vec![0; graph.len()].into();
        for state in graph.states() {
            for target in graph.row(state).targets() {
                ends[target] += 1;
            }
        }
        let mut total = 0;
        for state in graph.states() {
            // Where the states begin, for now.
            total += std::mem::replace(&mut ends[state], total);
        }
        let mut states = vec![S::TRAP; total as usize];
        // Filling moves each start to the end, which is where the next one starts.
        for state in graph.states() {
            for target in graph.row(state).targets() {
                let end = &mut ends[target];
                states[*end as usize] = state;
                *end += 1;
            }
        }
        Self { ends, states }
    }

    fn get(&self, state: S) -> &[S] {
        let start = if state == S::TRAP { 0 } else { self.ends[S::new(state.index() - 1)] };
        &self.states[start as usize..self.ends[state] as usize]
    }
}

/// The states from which a state with a value other than `nothing` can be reached.
fn live_states(
    accept: &IdVec<StateId, ValueId>,
    nothing: ValueId,
    predecessors: &Predecessors<StateId>,
) -> IdVec<StateId, bool> {
    let mut live: IdVec<StateId, bool> = accept.iter().map(|&value| value != nothing).collect();
    let mut stack: Vec<StateId> = live.ids().filter(|&state| live[state]).collect();
    while let Some(state) = stack.pop() {
        for &before in predecessors.get(state) {
            if !std::mem::replace(&mut live[before], true) {
                stack.push(before);
            }
        }
    }
    live
}

/// The blocks of dead states, of the start, and of states that lead to no loop. Other states have none yet.
struct Finite<S> {
    block_of: IdVec<S, BlockId>,
    /// The number of blocks.
    blocks: usize,
}

impl Finite<StateId> {
    fn merge(
        graph: &Graph,
        accept: &IdVec<StateId, ValueId>,
        live: &IdVec<StateId, bool>,
        predecessors: &Predecessors<StateId>,
    ) -> Self {
        let block = |&live: &bool| if live { BlockId::UNKNOWN } else { BlockId::DEAD };
        let mut block_of: IdVec<StateId, BlockId> = live.iter().map(block).collect();
        // How many of the states that each state leads to have no block yet.
        let mut open: IdVec<StateId, u32> = vec![0; graph.len()].into();
        for state in graph.states().filter(|&state| live[state]) {
            for &before in predecessors.get(state) {
                open[before] += 1;
            }
        }
        let mut stack: Vec<StateId> =
            graph.states().filter(|&state| live[state] && open[state] == 0 && state != StateId::START).collect();
        let mut rows = SliceInterner::<RowId, u32>::default();
        let mut row = Vec::new();
        let blocks_before = BlockId::START.index() + 1;
        while let Some(state) = stack.pop() {
            row.clear();
            row.push(accept[state].as_u32());
            graph.row(state).write_renamed(|target| block_of[target].as_u32(), &mut row);
            let (id, _) = rows.intern(&row);
            block_of[state] = BlockId::new(blocks_before + id.index());
            for &before in predecessors.get(state) {
                open[before] -= 1;
                if open[before] == 0 && before != StateId::START {
                    stack.push(before);
                }
            }
        }
        block_of[StateId::START] = BlockId::START;
        Self { block_of, blocks: blocks_before + rows.len() }
    }
}

/// A partition of the other states into blocks, and which of them need a look.
pub(super) struct Partition<'a, S> {
    graph: &'a Graph<S>,
    block_of: IdVec<S, BlockId>,
    /// The states, block by block; those of a block that need a look come first.
    members: Vec<S>,
    /// The place of each state in `members`.
    position: IdVec<S, u32>,
    /// The blocks, the first of which has the number `first`.
    blocks: Vec<Block>,
    first: usize,
    /// Places of blocks in `blocks`.
    queue: VecDeque<usize>,
    signatures: SliceInterner<SignatureId, u32>,
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

impl<'a, S: State> Partition<'a, S> {
    /// Partitions the states from `first` on; those before are blocks of their own.
    pub(super) fn of_cycle(graph: &'a Graph<S>, accept: &IdVec<S, ValueId>, first: usize) -> Self {
        let block = |state: S| if state.index() < first { BlockId::new(state.index()) } else { BlockId::UNKNOWN };
        Self::new(graph, accept, Finite { block_of: graph.states().map(block).collect(), blocks: first })
    }

    fn new(graph: &'a Graph<S>, accept: &IdVec<S, ValueId>, finite: Finite<S>) -> Self {
        let Finite { mut block_of, blocks: first } = finite;
        let mut members: Vec<S> = graph.states().filter(|&state| block_of[state] == BlockId::UNKNOWN).collect();
        members.sort_by_key(|&state| accept[state]);
        let mut position: IdVec<S, u32> = vec![0; graph.len()].into();
        let mut blocks = Vec::new();
        let mut start = 0;
        for states in members.chunk_by(|&a, &b| accept[a] == accept[b]) {
            let mut end = start;
            for &state in states {
                block_of[state] = BlockId::new(first + blocks.len());
                position[state] = end;
                end += 1;
            }
            blocks.push(Block { start, unsure: end, end });
            start = end;
        }
        Self {
            graph,
            block_of,
            members,
            position,
            queue: (0..blocks.len()).collect(),
            blocks,
            first,
            signatures: SliceInterner::default(),
            signature: Vec::new(),
        }
    }

    /// Splits blocks until all states of a block lead to the same blocks.
    pub(super) fn refine(mut self, predecessors: &Predecessors<S>) -> IdVec<S, BlockId> {
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
    fn doubt(&mut self, state: S) {
        let Some(block) = self.block_of[state].index().checked_sub(self.first) else { return };
        let Block { start, unsure, end } = self.blocks[block];
        let at = self.position[state];
        if at < unsure || end - start == 1 {
            return;
        }
        let other = self.members[unsure as usize];
        self.place(other, at);
        self.place(state, unsure);
        self.blocks[block].unsure += 1;
        if unsure == start {
            self.queue.push_back(block);
        }
    }

    fn place(&mut self, state: S, at: u32) {
        self.members[at as usize] = state;
        self.position[state] = at;
    }

    /// Splits a block by the signatures of its states. `moved` gets the states that are in a new block now; `parts` is
    /// scratch.
    fn split(&mut self, block: usize, parts: &mut Vec<(SignatureId, S)>, moved: &mut Vec<S>) {
        let Block { start, unsure, end } = self.blocks[block];
        self.blocks[block].unsure = start;
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
        let size =
            |part: &[(SignatureId, S)]| part.len() as u32 + if Some(part[0].0) == sure { end - unsure } else { 0 };
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
            let number = BlockId::new(self.first + self.blocks.len());
            let end = at + part.len() as u32;
            self.blocks.push(Block { start: at, unsure: at, end });
            for &(_, state) in part {
                self.block_of[state] = number;
                self.place(state, at);
                moved.push(state);
                at += 1;
            }
        }
        self.blocks[block] = Block { start: at, unsure: at, end };
        for &(signature, state) in parts.iter() {
            if signature == kept {
                self.place(state, at);
                at += 1;
            }
        }
    }

    /// The id of the signature of a state under the partition as it is.
    fn signature_of(&mut self, state: S) -> SignatureId {
        let Self { graph, block_of, signature, .. } = self;
        signature.clear();
        graph.row(state).write_renamed(|target| block_of[target].as_u32(), signature);
        self.signatures.intern(signature).0
    }
}

/// Numbers the blocks breadth-first from the start: one state of each block in that order, and the number of each block.
fn number_blocks(
    graph: &Graph,
    block_of: &IdVec<StateId, BlockId>,
) -> (IdVec<StateId, StateId>, IdVec<BlockId, StateId>) {
    let mut order = IdVec::from(vec![StateId::TRAP, StateId::START]);
    let mut numbers: IdVec<BlockId, StateId> = vec![StateId::UNKNOWN; block_of.len() + 2].into();
    numbers[BlockId::DEAD] = StateId::TRAP;
    numbers[BlockId::START] = StateId::START;
    let mut next = StateId::START;
    while let Some(&state) = order.get(next) {
        for target in graph.row(state).targets() {
            let number = &mut numbers[block_of[target]];
            if *number == StateId::UNKNOWN {
                *number = order.push(target);
            }
        }
        next = StateId::new(next.index() + 1);
    }
    (order, numbers)
}
