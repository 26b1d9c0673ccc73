//! The deterministic automaton before and after its label sets are given a meaning.

#![expect(clippy::indexing_slicing, reason = "state and label set ids are minted by the construction")]

use super::graph::{Edge, Graph, niceness};
use super::ids::IdVec;
use super::{LabelId, LabelSetId, StateId, Symbol, ValueId};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// A deterministic automaton: each state carries the set of the labels whose patterns match the input that leads there.
///
/// It is not minimal. [`Dfa::classify`] says what the label sets mean, [`ClassifiedDfa::minimise`] then merges whatever
/// means the same.
#[derive(Clone, Debug)]
pub struct Dfa {
    graph: Graph,
    /// The label set of each state.
    sets_of_states: IdVec<StateId, LabelSetId>,
    sets: IdVec<LabelSetId, Box<[LabelId]>>,
}

impl Dfa {
    pub(super) fn new(
        graph: Graph,
        sets_of_states: IdVec<StateId, LabelSetId>,
        sets: IdVec<LabelSetId, Box<[LabelId]>>,
    ) -> Self {
        Self { graph, sets_of_states, sets }
    }

    /// The number of states, the trap included.
    pub fn len(&self) -> usize {
        self.graph.len()
    }

    /// All distinct label sets.
    pub fn label_sets(&self) -> impl Iterator<Item = (LabelSetId, &[LabelId])> {
        self.sets.ids().zip(self.sets.iter()).map(|(id, labels)| (id, &**labels))
    }

    /// A shortest input that has exactly the labels of the set; `None` if there is no such set.
    pub fn witness(&self, set: LabelSetId) -> Option<Vec<Symbol>> {
        let mut came_from: IdVec<StateId, _> = vec![None; self.len()].into();
        let mut queue = std::collections::VecDeque::from([StateId::START]);
        while let Some(state) = queue.pop_front() {
            if self.sets_of_states[state] == set {
                let mut input = Vec::new();
                let mut at = state;
                while let Some((before, symbol)) = came_from[at] {
                    input.push(symbol);
                    at = before;
                }
                input.reverse();
                return Some(input);
            }
            let mut runs: Vec<Edge> = self.graph.row(state).runs().collect();
            runs.sort_by_key(|run| niceness(run.representative()));
            for run in runs {
                let came_from = &mut came_from[run.target];
                if came_from.is_none() {
                    *came_from = Some((state, run.representative()));
                    queue.push_back(run.target);
                }
            }
        }
        None
    }

    /// Gives each distinct label set a meaning, the set of no labels included.
    ///
    /// # Errors
    ///
    /// The first error of `meaning`, with a shortest input that has those labels. Label sets are visited in the order of
    /// their shortest inputs, so of all sets that fail it is one that is reached soonest.
    pub fn classify<A: Eq + Hash + Clone, E>(
        self,
        mut meaning: impl FnMut(&[LabelId]) -> Result<A, E>,
    ) -> Result<ClassifiedDfa<A>, Unclassified<E>> {
        let mut values = IdVec::default();
        let mut ids = FxHashMap::default();
        let mut value_of_set: IdVec<LabelSetId, ValueId> = IdVec::default();
        for (set, labels) in self.label_sets() {
            match meaning(labels) {
                Ok(value) => {
                    value_of_set.push(*ids.entry(value).or_insert_with_key(|value: &A| values.push(value.clone())));
                }
                Err(error) => {
                    let witness = self.witness(set).unwrap_or_default();
                    return Err(Unclassified { error, labels: labels.to_vec(), witness });
                }
            }
        }
        let accept = self.sets_of_states.iter().map(|&set| value_of_set[set]).collect();
        Ok(ClassifiedDfa { graph: self.graph, accept, values })
    }
}

#[cfg(feature = "internals")]
impl Dfa {
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

    /// The labels of a state, ascending.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn labels(&self, state: StateId) -> &[LabelId] {
        &self.sets[self.sets_of_states[state]]
    }
}

/// A label set that could not be given a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclassified<E> {
    /// The error.
    pub error: E,
    /// The labels.
    pub labels: Vec<LabelId>,
    /// A shortest input that has exactly those labels.
    pub witness: Vec<Symbol>,
}

/// A deterministic automaton whose states carry values.
#[derive(Clone, Debug)]
pub struct ClassifiedDfa<A> {
    pub(super) graph: Graph,
    /// The value of each state, as an index into `values`.
    pub(super) accept: IdVec<StateId, ValueId>,
    pub(super) values: IdVec<ValueId, A>,
}

#[cfg(feature = "internals")]
impl<A> ClassifiedDfa<A> {
    /// The number of states, the trap included.
    pub fn len(&self) -> usize {
        self.graph.len()
    }

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

    /// The value of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn value(&self, state: StateId) -> &A {
        &self.values[self.accept[state]]
    }
}
