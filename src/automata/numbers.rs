//! Small numbers for the few of many things that are at hand.

#![expect(clippy::indexing_slicing, reason = "the table is resized before it is written to")]

/// In the place of a number that is not known.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// The numbers that the automaton at hand gives the states it has; all [`UNKNOWN`] in between.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    pub(super) fn set(&mut self, state: u32, number: u32) {
        let index = state as usize;
        if self.0.len() <= index {
            self.0.resize((index + 1).next_power_of_two(), UNKNOWN);
        }
        self.0[index] = number;
    }

    pub(super) fn get(&self, state: u32) -> u32 {
        self.0.get(state as usize).copied().unwrap_or(UNKNOWN)
    }

    /// The number of a state; a new one goes to the end of the order.
    pub(super) fn number(&mut self, state: u32, order: &mut Vec<u32>) -> u32 {
        match self.get(state) {
            UNKNOWN => {
                let number = order.len() as u32;
                order.push(state);
                self.set(state, number);
                number
            }
            number => number,
        }
    }

    /// Forgets the numbers of these states.
    pub(super) fn forget(&mut self, order: &[u32]) {
        for &state in order {
            self.set(state, UNKNOWN);
        }
    }
}
