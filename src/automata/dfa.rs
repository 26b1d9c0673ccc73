//! The deterministic automaton before and after its label sets are given a meaning.

#![expect(clippy::indexing_slicing, reason = "state and label set ids are minted by the construction")]

use super::graph::{Edge, Graph, niceness};
use super::{LabelId, StateId, Symbol};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// The number of a distinct set of labels. 0 is the empty set; the others are numbered by the length of the shortest input
/// that has exactly those labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelSetId(pub u32);

/// A deterministic automaton: each state carries the set of the labels whose patterns match the input that leads there.
///
/// It is not minimal. [`Dfa::classify`] says what the label sets mean, [`ClassifiedDfa::minimise`] then merges whatever
/// means the same.
#[derive(Clone, Debug)]
pub struct Dfa {
    graph: Graph,
    /// The label set of each state.
    sets_of_states: Vec<u32>,
    sets: Vec<Box<[LabelId]>>,
}

impl Dfa {
    pub(super) fn new(graph: Graph, sets_of_states: Vec<u32>, sets: Vec<Box<[LabelId]>>) -> Self {
        Self { graph, sets_of_states, sets }
    }

    /// How many states there are, the trap included.
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

    /// The labels of a state, ascending.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn labels(&self, state: StateId) -> &[LabelId] {
        &self.sets[self.sets_of_states[state.0 as usize] as usize]
    }

    /// All distinct label sets.
    pub fn label_sets(&self) -> impl Iterator<Item = (LabelSetId, &[LabelId])> {
        self.sets.iter().enumerate().map(|(id, labels)| (LabelSetId(id as u32), &**labels))
    }

    /// A shortest input that has exactly the labels of the set; `None` if there is no such set.
    pub fn witness(&self, set: LabelSetId) -> Option<Vec<Symbol>> {
        let mut came_from = vec![None; self.len()];
        let mut queue = std::collections::VecDeque::from([StateId::START.0]);
        while let Some(state) = queue.pop_front() {
            if self.sets_of_states[state as usize] == set.0 {
                let mut input = Vec::new();
                let mut at = state;
                while let Some((before, symbol)) = came_from[at as usize] {
                    input.push(symbol);
                    at = before;
                }
                input.reverse();
                return Some(input);
            }
            let mut runs: Vec<Edge> = self.graph.row(state).runs().collect();
            runs.sort_by_key(|run| niceness(run.representative()));
            for run in runs {
                let came_from = &mut came_from[run.target as usize];
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
        let mut values = Vec::new();
        let mut ids = FxHashMap::default();
        let mut value_of_set = Vec::with_capacity(self.sets.len());
        for (set, labels) in self.label_sets() {
            match meaning(labels) {
                Ok(value) => value_of_set.push(*ids.entry(value).or_insert_with_key(|value| {
                    values.push(value.clone());
                    values.len() as u32 - 1
                })),
                Err(error) => {
                    let witness = self.witness(set).unwrap_or_default();
                    return Err(Unclassified { error, labels: labels.to_vec(), witness });
                }
            }
        }
        let accept = self.sets_of_states.iter().map(|&set| value_of_set[set as usize]).collect();
        Ok(ClassifiedDfa { graph: self.graph, accept, values })
    }
}

/// A label set that could not be given a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclassified<E> {
    /// Why.
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
    pub(super) accept: Vec<u32>,
    pub(super) values: Vec<A>,
}

impl<A> ClassifiedDfa<A> {
    /// How many states there are, the trap included.
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

    /// The value of a state.
    ///
    /// # Panics
    ///
    /// If the state is not one of this automaton.
    pub fn value(&self, state: StateId) -> &A {
        &self.values[self.accept[state.0 as usize] as usize]
    }
}
