//! The costs of walks through finished tables: the memory that they touch and the cells that they look at.
//!
//! A reader that has not walked the same way a moment ago waits for each line of memory, and for little else.

use std::collections::BTreeSet;

use serde::Serialize;

use super::tables::Table;
use super::{Symbol, Tables};

/// The bytes that a processor fetches at once.
const LINE: usize = 64;

/// The costs of walks, all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WalkCosts {
    /// The number of walks.
    pub walks: usize,
    /// The number of symbols that they read.
    pub symbols: usize,
    /// The lines of 64 bytes that walks touched in the tables `base`, `check`, `next` and `default`, added up.
    pub lines: [usize; 4],
    /// The number of cells that they looked at: one a symbol, and one more for each state of a chain of differences.
    pub probes: usize,
}

impl WalkCosts {
    /// Adds a walk over an input. Each table begins with a line; an element of `base` has four bytes, one of the others `width`.
    pub fn add(&mut self, tables: &Tables, start: u32, width: usize, input: impl IntoIterator<Item = Symbol>) {
        let mut touched = BTreeSet::new();
        let mut state = start;
        for symbol in input {
            let next = tables.look_up(state, symbol, |table, element| {
                let bytes = if table == Table::Base { 4 } else { width };
                touched.insert((table as usize, element.saturating_mul(bytes) / LINE));
                self.probes += usize::from(table == Table::Check);
            });
            state = next.unwrap_or(0);
            self.symbols += 1;
        }
        for (table, _) in touched {
            if let Some(lines) = self.lines.get_mut(table) {
                *lines += 1;
            }
        }
        self.walks += 1;
    }

    /// The length of a walk on average.
    #[must_use]
    pub fn symbols_a_walk(&self) -> f64 {
        mean(self.symbols, self.walks)
    }

    /// The lines that a walk touches on average.
    #[must_use]
    pub fn lines_a_walk(&self) -> f64 {
        mean(self.lines.iter().sum(), self.walks)
    }

    /// The cells that are looked at for a symbol on average.
    #[must_use]
    pub fn probes_a_symbol(&self) -> f64 {
        mean(self.probes, self.symbols)
    }
}

fn mean(sum: usize, of: usize) -> f64 {
    sum as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::tables::BASE_DIFF_ENCODED;

    /// `a` leads from 1 to 2, `b` from 2 to 3, which is like 2 in all.
    fn tables() -> Tables {
        let mut tables = Tables {
            accept: vec![0; 4],
            base: vec![0, 0, 0, BASE_DIFF_ENCODED],
            default: vec![0, 0, 0, 2],
            next: vec![0; 256],
            check: vec![0; 256],
            ..Tables::default()
        };
        for (cell, owner, next) in [(b'a', 1, 2), (b'b', 2, 3)] {
            let cell = usize::from(cell);
            (tables.check[cell], tables.next[cell]) = (owner, next);
        }
        tables
    }

    fn costs(width: usize, input: &[u8]) -> WalkCosts {
        let mut costs = WalkCosts::default();
        costs.add(&tables(), 1, width, input.iter().copied().map(Symbol::Byte));
        costs
    }

    #[test]
    fn each_line_is_counted_once() {
        // Two cells of one line, in check and next; no default is read.
        assert_eq!(costs(2, b"ab"), WalkCosts { walks: 1, symbols: 2, lines: [1, 1, 1, 0], probes: 2 });
        // In state 3 the check of `b` is not its own, that of 2 is.
        assert_eq!(costs(2, b"abb"), WalkCosts { walks: 1, symbols: 3, lines: [1, 1, 1, 1], probes: 4 });
        // `\0` is in the first line of check, and leads to the default.
        assert_eq!(costs(2, b"a\0").lines, [1, 2, 1, 1]);
        // Elements 97 and 112 share a line of 32 elements, and not one of 16.
        assert_eq!((costs(2, b"ap").lines[1], costs(4, b"ap").lines[1]), (1, 2));
    }

    #[test]
    fn costs_add_up() {
        let mut sum = costs(2, b"ab");
        sum.add(&tables(), 1, 2, b"abb".map(Symbol::Byte));
        assert_eq!(sum, WalkCosts { walks: 2, symbols: 5, lines: [2, 2, 2, 1], probes: 6 });
        assert_eq!((sum.symbols_a_walk(), sum.lines_a_walk(), sum.probes_a_symbol()), (2.5, 3.5, 1.2));
        assert_eq!(WalkCosts::default().lines_a_walk(), 0.0);
    }
}
