//! Small numbers for the few of many things that are at hand.

#![expect(clippy::indexing_slicing, reason = "the list is grown before it is written to")]

use super::ids::{Id, IdVec};

/// The numbers that the automaton at hand gives the states it has.
#[derive(Debug)]
pub(super) struct Numbers<S, N>(IdVec<S, N>);

impl<S, N> Default for Numbers<S, N> {
    fn default() -> Self {
        Self(IdVec::default())
    }
}

impl<S: Id, N: Id> Numbers<S, N> {
    pub(super) fn set(&mut self, state: S, number: N) {
        if self.0.len() <= state.index() {
            self.0.grow((state.index() + 1).next_power_of_two(), N::UNKNOWN);
        }
        self.0[state] = number;
    }

    pub(super) fn get(&self, state: S) -> Option<N> {
        self.0.get(state).copied().filter(|&number| number != N::UNKNOWN)
    }

    /// The number of a state; a new one goes to the end of the order.
    pub(super) fn number(&mut self, state: S, order: &mut IdVec<N, S>) -> N {
        self.get(state).unwrap_or_else(|| {
            let number = order.push(state);
            self.set(state, number);
            number
        })
    }

    /// Forgets the numbers of these states.
    pub(super) fn forget(&mut self, order: &IdVec<N, S>) {
        for &state in order.iter() {
            self.set(state, N::UNKNOWN);
        }
    }
}
