//! Minimal DFA → packed tables.
//!
//! Each state needs a cell for every byte that does not lead to its default, at the offset of that byte from a base of its
//! own choice. Rows with many cells are placed first, each at the lowest base where all its cells are free (first fit);
//! the many rows with one or two cells then fill the gaps. A bitmap of taken cells lets 64 bases be tried at once.

#![expect(clippy::indexing_slicing, reason = "state ids come from the automaton, cells are made as they are needed")]

use super::graph::Graph;
use super::tables::{BASE_DIFF_ENCODED, BASE_OFFSET, BASE_OUT_OF_BAND};
use super::{MinimalDfa, StateId, Tables, diff};
use rustc_hash::FxHashMap;

/// How tables are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackOptions {
    /// Store states as differences from others where that makes the tables smaller. The meaning is the same for readers
    /// that know about it; those that do not must not be given such tables.
    pub diff_encode: bool,
    /// Write the table of second accept values.
    pub accept2: bool,
}

/// Why an automaton cannot be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Bases are 24 bits wide.
    #[error("the tables need more than {limit} cells")]
    TooManyCells {
        /// The most cells that can be addressed.
        limit: usize,
    },
}

/// Cells 0 to 2²⁴ − 1 can be addressed.
const MAX_CELLS: usize = BASE_OFFSET as usize + 1;

/// One cell of a row: the offset from one *below* the base, so that 0 is the out-of-band symbol and byte `b` is `b + 1`;
/// and the successor.
type Cell = (u16, u32);

impl<A> MinimalDfa<A> {
    /// Whether [`PackOptions::diff_encode`] would change the tables.
    pub fn gains_from_differences(&self) -> bool {
        diff::plan(&self.graph).iter().any(Option::is_some)
    }

    /// Packs the automaton. `words` gives the first and the second accept value of each state; the second is dropped
    /// unless the options ask for it.
    ///
    /// # Errors
    ///
    /// When the tables would need more than 2²⁴ cells.
    pub fn pack(
        &self,
        options: PackOptions,
        mut words: impl FnMut(StateId, &A) -> (u32, u32),
    ) -> Result<Tables, PackError> {
        let (accept, accept2) = self.states().map(|state| words(state, self.value(state))).unzip();
        let against = if options.diff_encode { diff::plan(&self.graph) } else { vec![None; self.len()] };
        let mut rows = Rows::default();
        for (state, &other) in (0..).zip(&against) {
            rows.push(&self.graph, state, other);
        }
        let mut tables = Tables {
            accept,
            accept2: options.accept2.then_some(accept2),
            classes: None,
            base: vec![0; self.len()],
            default: vec![0; self.len()],
            ..Tables::default()
        };
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_key(|&state| std::cmp::Reverse(rows.get(state).len()));
        let mut space = Space::default();
        for state in order {
            let cells = rows.get(state);
            let (base, flags) = match cells.first() {
                None => (0, 0),
                Some((0, _)) => (space.place(cells)?, BASE_OUT_OF_BAND),
                Some(_) => (space.place(cells)?, 0),
            };
            let (default, diff) = match against[state as usize] {
                Some(other) => (other, BASE_DIFF_ENCODED),
                None => (self.graph.row(state).default, 0),
            };
            tables.base[state as usize] = base | flags | diff;
            tables.default[state as usize] = default;
            tables.next.resize(tables.next.len().max(base as usize + 256), 0);
            tables.check.resize(tables.next.len(), 0);
            for &(offset, target) in cells {
                let cell = (base + u32::from(offset)) as usize - 1;
                tables.next[cell] = target;
                tables.check[cell] = state;
            }
        }
        Ok(tables)
    }
}

/// The cells of all states.
#[derive(Default)]
struct Rows {
    cells: Vec<Cell>,
    ends: Vec<usize>,
    targets: Vec<u32>,
    other: Vec<u32>,
}

impl Rows {
    /// Appends the cells that a state needs, on its own or as the difference from another state.
    fn push(&mut self, graph: &Graph, state: u32, against: Option<u32>) {
        let Self { cells, ends, targets, other } = self;
        let start = cells.len();
        graph.expand(state, targets);
        let default = graph.row(state).default;
        if let Some(against) = against {
            graph.expand(against, other);
        } else {
            other.clear();
            other.resize(targets.len(), default);
        }
        if let (Some(target @ 1..), Some(_)) = (targets.pop(), other.pop()) {
            cells.push((0, target));
        }
        for (class, (&target, &other)) in (0..).zip(targets.iter().zip(other.iter())) {
            if target != other {
                cells.extend(graph.classes.members(class).iter().map(|&byte| (u16::from(byte) + 1, target)));
            }
        }
        cells[start..].sort_unstable();
        ends.push(cells.len());
    }

    fn get(&self, state: u32) -> &[Cell] {
        let start = if state == 0 { 0 } else { self.ends[state as usize - 1] };
        &self.cells[start..self.ends[state as usize]]
    }
}

/// Which cells are taken. Positions are one more than the cell, as in [`Cell`].
struct Space {
    taken: Vec<u64>,
    /// The lowest position that may be free.
    first_free: usize,
    /// The base that was found last for rows with the same offsets: those below cannot fit another such row.
    last: FxHashMap<Vec<u16>, usize>,
}

impl Default for Space {
    fn default() -> Self {
        // Position 0 is no cell, and cell 0 is the trap's.
        Self { taken: vec![0b11], first_free: 2, last: FxHashMap::default() }
    }
}

/// How many bases are tried for a row, in units of 64, before it is put behind all others. This bounds the work of
/// packing to the number of cells times a constant. Of the automata met so far only one, with 23,000 states and 770,000
/// cells, comes near; 4,096 would make its tables a tenth larger and save 50 ms.
const MAX_TRIES: usize = 16_384;

impl Space {
    /// Finds the base for a row and takes its cells.
    fn place(&mut self, cells: &[Cell]) -> Result<u32, PackError> {
        let offsets: Vec<u16> = cells.iter().map(|&(offset, _)| offset).collect();
        let first = offsets.first().copied().map_or(0, usize::from);
        let from = self.first_free.saturating_sub(first).max(self.last.get(&offsets).copied().unwrap_or(0));
        let base = self.first_fit(&offsets, from);
        if base + 256 > MAX_CELLS {
            return Err(PackError::TooManyCells { limit: MAX_CELLS });
        }
        for &offset in &offsets {
            let position = base + usize::from(offset);
            if self.taken.len() <= position / 64 {
                self.taken.resize(position / 64 + 1, 0);
            }
            self.taken[position / 64] |= 1 << (position % 64);
        }
        while self.bits(self.first_free) & 1 == 1 {
            self.first_free += 1;
        }
        self.last.insert(offsets, base);
        Ok(base as u32)
    }

    /// The lowest base, not below `from`, where all offsets are free.
    fn first_fit(&self, offsets: &[u16], from: usize) -> usize {
        for block in 0..MAX_TRIES {
            let from = from + 64 * block;
            let mut unfit = 0;
            for &offset in offsets {
                unfit |= self.bits(from + usize::from(offset));
                if unfit == u64::MAX {
                    break;
                }
            }
            if unfit != u64::MAX {
                return from + unfit.trailing_ones() as usize;
            }
        }
        self.taken.len() * 64
    }

    /// 64 bits of the bitmap from a position on.
    fn bits(&self, position: usize) -> u64 {
        let word = |i: usize| self.taken.get(i).copied().unwrap_or(0);
        let (index, shift) = (position / 64, position % 64);
        if shift == 0 { word(index) } else { word(index) >> shift | word(index + 1) << (64 - shift) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fill_the_gaps_of_others() {
        let mut space = Space::default();
        // Bytes 1 and 3, twice: the second row lies between the cells of the first.
        let row = [(2, 5), (4, 6)];
        assert_eq!(space.place(&row), Ok(0));
        assert_eq!(space.place(&row), Ok(1));
        assert_eq!(space.place(&row), Ok(4));
        // The out-of-band symbol alone, one below the base: not before all cells, not in cell 0, which is the trap's, but
        // in cell 6, the first that is free.
        assert_eq!(space.place(&[(0, 1)]), Ok(7));
        // Cells across a word boundary.
        assert_eq!(space.place(&[(1, 1), (70, 1)]), Ok(8));
    }

    #[test]
    fn bases_have_24_bits() {
        let mut space = Space { taken: vec![u64::MAX; MAX_CELLS / 64], ..Space::default() };
        assert_eq!(space.place(&[(1, 1)]), Err(PackError::TooManyCells { limit: MAX_CELLS }));
    }
}
