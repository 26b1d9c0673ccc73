//! NFA → DFA: the subset construction.
//!
//! A state of the DFA is a set of states of the NFA, interned. Where a set leads depends on the set alone, so a set that was
//! met before, in this automaton or in another one, has its row already: automata that share many patterns share most of
//! their states, and the construction of one is mostly a walk over what is known. New rows are made in `expand`.
//!
//! States are made in breadth-first order, so the first state with a label set is one at the end of a shortest input.

#![expect(clippy::indexing_slicing, reason = "symbols and places in lists are in bounds by construction")]

use super::absorb::{Absorber, Absorbs};
use super::builder::most_frequent;
use super::expand::{Narrow, Scratch};
use super::graph::{Edge, Graph, Row, State};
use super::id_bits::IdBits;
use super::ids::{Id, IdVec, ids};
use super::interner::SliceInterner;
use super::memo::Memo;
use super::nfa::{ContinuationId, Nfa, NfaStateId, ReadId};
use super::numbers::Numbers;
use super::sets::SetInterner;
use super::{BuildError, Config, Dfa, LabelId, LabelSetId, StateId};
use rustc_hash::FxHashMap;

ids! {
    /// The number of a set of NFA states.
    pub(super) SubsetId;
}

impl State for SubsetId {
    /// The subset of no states.
    const TRAP: Self = Self(0);
}

/// The parts that a state was made of: another one, and a few NFA states more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// The empty set for a state that has no base: its NFA states are then in `Subsets::sets` alone.
    pub(super) base: SubsetId,
    /// The first place in `Subsets::additions` of the NFA states that the base does not have.
    pub(super) first: u32,
    /// The place after the last of them.
    pub(super) end: u32,
}

impl Origin {
    const NONE: Self = Self { base: SubsetId::TRAP, first: 0, end: 0 };
}

/// Every state of the DFA met so far.
#[derive(Debug)]
pub(super) struct Subsets {
    /// The states: sets of NFA states.
    pub(super) sets: SetInterner<SubsetId, NfaStateId>,
    /// For each state, its default and where its edges are in `edges`; the default is [`Id::UNKNOWN`] until they are needed.
    pub(super) rows: IdVec<SubsetId, (SubsetId, u32, u32)>,
    pub(super) edges: Vec<Edge<SubsetId>>,
    pub(super) origins: IdVec<SubsetId, Origin>,
    pub(super) additions: Vec<NfaStateId>,
    /// The label set of each state.
    pub(super) label_set_of: IdVec<SubsetId, LabelSetId>,
    pub(super) label_sets: SliceInterner<LabelSetId, LabelId>,
    pub(super) absorber: Absorber,
    pub(super) memo: Memo,
    pub(super) numbers: Numbers<SubsetId, StateId>,
    /// For unions of continuations, and for sorted lists of those. Both are empty between calls.
    pub(super) states: IdBits<NfaStateId>,
    pub(super) continuations: IdBits<ContinuationId>,
    /// Buffers for the row at hand, which are elsewhere while it is made.
    pub(super) buffers: Option<Box<(Narrow, Scratch)>>,
    /// The labels of a state, kept for its memory.
    pub(super) accepted: Vec<LabelId>,
}

impl Default for Subsets {
    fn default() -> Self {
        let mut subsets = Self {
            sets: SetInterner::default(),
            rows: IdVec::default(),
            edges: Vec::new(),
            origins: IdVec::default(),
            additions: Vec::new(),
            label_set_of: IdVec::default(),
            label_sets: SliceInterner::default(),
            absorber: Absorber::default(),
            memo: Memo::default(),
            numbers: Numbers::default(),
            states: IdBits::default(),
            continuations: IdBits::default(),
            buffers: None,
            accepted: Vec::new(),
        };
        subsets.begin();
        subsets
    }
}

impl Subsets {
    /// Forgets all states, but keeps the memory that they took, and what is known of the NFA.
    pub(super) fn clear(&mut self) {
        self.sets.clear();
        self.rows.clear();
        self.edges.clear();
        self.origins.clear();
        self.additions.clear();
        self.label_set_of.clear();
        self.label_sets.clear();
        self.memo.clear();
        self.begin();
    }

    /// The same when all is forgotten that was known of the NFA.
    pub(super) fn clear_all(&mut self) {
        self.absorber.clear();
        self.clear();
    }

    /// Takes in the trap.
    fn begin(&mut self) {
        self.sets.intern(&[]);
        self.rows.push((SubsetId::TRAP, 0, 0));
        self.origins.push(Origin::NONE);
        let (unlabelled, _) = self.label_sets.intern(&[]);
        self.label_set_of.push(unlabelled);
        // `ListId::EMPTY`.
        self.memo.lists.intern(&[]);
    }

    /// About how many words all of it takes.
    pub(super) fn words(&self) -> usize {
        self.sets.total_len() + self.additions.len() + 2 * self.edges.len() + 9 * self.rows.len() + self.memo.words()
    }

    /// The automaton whose start has these NFA states.
    pub(super) fn determinise(
        &mut self,
        nfa: &mut Nfa,
        start: &[NfaStateId],
        absorbs: Absorbs<'_>,
        config: &Config,
    ) -> Result<Dfa, BuildError> {
        self.learn(nfa);
        let start = self.state(nfa, start);
        // The start is not to be found by its set: should the automaton come back to it, it comes back to a copy. So the start
        // is only ever the empty input, whose meaning some targets ignore.
        // Not brought back after an error: then all is forgotten.
        let mut numbers = std::mem::take(&mut self.numbers);
        let mut order = IdVec::from(vec![SubsetId::TRAP, start]);
        numbers.set(SubsetId::TRAP, StateId::TRAP);
        let mut graph = Graph::default();
        let mut words = 0;
        while let Some(&state) = order.get(graph.next_state()) {
            let expanded = self.expanded(nfa, absorbs, state);
            expanded.ok_or(BuildError::TooLarge { states: order.len(), labels: Vec::new() })?;
            graph.push_renamed(self.row(state), |target| numbers.number(target, &mut order));
            words += self.sets.len_of(state);
            let labels = || {
                // The latest states show best what keeps growing.
                let latest = order.iter().rev().take(4096);
                let items = latest.flat_map(|&state| self.sets.get(state));
                most_frequent(items.map(|item| nfa.label_id(nfa.label(item))))
            };
            if order.len() > config.max_states {
                return Err(BuildError::TooManyStates { limit: config.max_states, labels: labels() });
            }
            if (words + 2 * graph.edge_count()).max(self.words()) > config.max_words {
                return Err(BuildError::TooLarge { states: order.len(), labels: labels() });
            }
        }
        numbers.forget(&order);
        self.numbers = numbers;
        let mut sets: IdVec<LabelSetId, Box<[LabelId]>> = IdVec::from(vec![Box::default()]);
        let mut local = FxHashMap::from_iter([(self.label_set_of[SubsetId::TRAP], LabelSetId::new(0))]);
        let sets_of_states = order.iter().map(|&state| {
            let set = self.label_set_of[state];
            *local.entry(set).or_insert_with(|| sets.push(self.labels(set).into()))
        });
        let sets_of_states = sets_of_states.collect();
        Ok(Dfa::new(graph, sets_of_states, sets))
    }

    /// Takes in what is new in the NFA.
    pub(super) fn learn(&mut self, nfa: &mut Nfa) {
        nfa.settle();
        self.absorber.learn(nfa);
        self.states.grow(nfa.states.len());
    }

    /// The number of states, the trap included.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the number of states that can be reached from one, which counts itself and the trap. All of them have rows.
    pub(super) fn reachable(&mut self, start: SubsetId) -> usize {
        let mut numbers = std::mem::take(&mut self.numbers);
        let mut order = IdVec::from(vec![SubsetId::TRAP, start]);
        numbers.set(SubsetId::TRAP, StateId::TRAP);
        let mut next = StateId::START;
        while let Some(&state) = order.get(next) {
            for target in self.row(state).targets() {
                numbers.number(target, &mut order);
            }
            next = StateId::new(next.index() + 1);
        }
        numbers.forget(&order);
        self.numbers = numbers;
        order.len()
    }

    /// The row of a state that has one.
    pub(super) fn row(&self, state: SubsetId) -> Row<'_, SubsetId> {
        let (default, first, last) = self.rows[state];
        Row { default, edges: &self.edges[first as usize..last as usize] }
    }

    /// The default and the targets of the edges of a state that has a row.
    pub(super) fn target_at(&self, state: SubsetId, index: u32) -> Option<SubsetId> {
        let row = self.row(state);
        match index.checked_sub(1) {
            None => Some(row.default),
            Some(index) => row.edges.get(index as usize).map(|edge| edge.target),
        }
    }

    /// The number of the label set of a state.
    pub(super) fn label_set(&self, state: SubsetId) -> LabelSetId {
        self.label_set_of[state]
    }

    /// The number of label sets.
    pub(super) fn label_sets(&self) -> usize {
        self.label_sets.len()
    }

    /// The labels of a set, ascending.
    pub(super) fn labels(&self, set: LabelSetId) -> &[LabelId] {
        self.label_sets.get(set)
    }

    /// Sees to it that a state has a row. `None` when the budget of the NFA is used up.
    pub(super) fn expanded(&mut self, nfa: &mut Nfa, absorbs: Absorbs<'_>, state: SubsetId) -> Option<()> {
        if self.rows[state].0 != SubsetId::UNKNOWN {
            return Some(());
        }
        let mut buffers = self.buffers.take().unwrap_or_default();
        let (narrow, scratch) = &mut *buffers;
        let expanded = self.expand(nfa, absorbs, state, narrow, scratch);
        self.buffers = Some(buffers);
        expanded
    }

    /// The state for a sorted set of NFA states.
    pub(super) fn state(&mut self, nfa: &Nfa, set: &[NfaStateId]) -> SubsetId {
        let (id, new) = self.sets.intern(set);
        if new {
            let labels = self.labels_of(nfa, set);
            self.push(labels, Origin::NONE);
        }
        id
    }

    /// The same for a set that has all of another state, the base, and these NFA states more.
    pub(super) fn state_above(
        &mut self,
        nfa: &Nfa,
        set: &[NfaStateId],
        base: SubsetId,
        added: &[NfaStateId],
    ) -> SubsetId {
        let (id, new) = self.sets.intern(set);
        if new {
            let first = self.additions.len() as u32;
            self.additions.extend_from_slice(added);
            let accepts = added.iter().any(|&item| nfa.states[item].read == ReadId::ACCEPT);
            let labels = if accepts { self.labels_of(nfa, set) } else { self.label_set_of[base] };
            self.push(labels, Origin { base, first, end: self.additions.len() as u32 });
        }
        id
    }

    /// Appends what belongs to a new set.
    fn push(&mut self, labels: LabelSetId, origin: Origin) {
        self.rows.push((SubsetId::UNKNOWN, 0, 0));
        self.label_set_of.push(labels);
        self.origins.push(origin);
    }

    fn labels_of(&mut self, nfa: &Nfa, set: &[NfaStateId]) -> LabelSetId {
        let accepting = set.iter().filter(|&&item| nfa.states[item].read == ReadId::ACCEPT);
        self.accepted.clear();
        self.accepted.extend(accepting.map(|&item| nfa.label_id(nfa.label(item))));
        self.accepted.sort_unstable();
        self.label_sets.intern(&self.accepted).0
    }
}
