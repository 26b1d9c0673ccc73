//! Minimal DFA → packed tables.
//!
//! Each state needs a cell for every byte that does not lead to its default, at the offset of that byte from a base of its
//! own choice. Rows are placed in the order of the states, each at the lowest base where all its cells are free (first fit):
//! the rows of states that a walk visits one after another lie side by side, and a processor that has fetched the cells of one
//! has those of the next (see `order`). Those with one or two cells, as most are, fill the gaps of the others. A bitmap of taken
//! cells lets 64 bases be tried at once. With the longest rows first there would be 1 % fewer cells, and a walk would touch twice
//! as many lines of memory.

#![expect(clippy::indexing_slicing, reason = "cells are made as they are needed")]

use super::graph::{Edge, Graph, OUT_OF_BAND};
use super::ids::{IdVec, ids};
use super::interner::SliceInterner;
use super::tables::{BASE_DIFF_ENCODED, BASE_OFFSET, BASE_OUT_OF_BAND};
use super::{MinimalDfa, StateId, Tables, diff};
use diff::Worth;

/// Options for packing tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackOptions {
    /// Store states as differences from others where that makes the tables smaller. The meaning is the same for readers
    /// that know about it; those that do not must not be given such tables.
    pub diff_encode: bool,
    /// Write the table of second accept values.
    pub accept2: bool,
}

/// The reason why an automaton cannot be packed.
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

/// With three saved cells, look-ups take 3 % fewer steps on real paths, and the policy of typical profiles is 5 % larger.
const WORTH_A_DIFFERENCE: Worth = Worth { cells: 2, saving: 2 };

/// Cells 0 to 2²⁴ − 1 can be addressed.
const MAX_CELLS: usize = BASE_OFFSET as usize + 1;

/// One cell of a row: the offset from one *below* the base, so that 0 is the out-of-band symbol and byte `b` is `b + 1`;
/// and the successor.
type Cell = (u16, StateId);

impl<A> MinimalDfa<A> {
    /// Whether storing any state as a difference from one that is no farther from the start would save a cell.
    pub fn gains_from_differences(&self) -> bool {
        diff::plan(&self.graph, &heaviest(&self.graph), Worth { cells: 1, saving: 1 }).iter().any(Option::is_some)
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
        let heaviest = heaviest(&self.graph);
        let against = if options.diff_encode {
            diff::plan(&self.graph, &heaviest, WORTH_A_DIFFERENCE)
        } else {
            vec![None; self.len()].into()
        };
        let mut rows = Rows::default();
        for (state, &other) in self.states().zip(against.iter()) {
            rows.push(&self.graph, state, heaviest[state].0, other);
        }
        // Few cells stay free, so that these hold all, mostly.
        let room = rows.cells.len() + rows.cells.len() / 32 + 256;
        let mut tables = Tables {
            accept,
            accept2: options.accept2.then_some(accept2),
            classes: None,
            base: vec![0; self.len()],
            default: vec![0; self.len()],
            next: Vec::with_capacity(room),
            check: Vec::with_capacity(room),
        };
        let mut space = Space::default();
        for state in self.states() {
            let cells = rows.get(state);
            let (base, flags) = match cells.first() {
                None => (0, 0),
                Some((0, _)) => (space.place(cells)?, BASE_OUT_OF_BAND),
                Some(_) => (space.place(cells)?, 0),
            };
            let (default, diff) = match against[state] {
                Some(other) => (other, BASE_DIFF_ENCODED),
                None => (heaviest[state].0, 0),
            };
            tables.base[state.index()] = base | flags | diff;
            tables.default[state.index()] = default.as_u32();
            tables.next.resize(tables.next.len().max(base as usize + 256), 0);
            tables.check.resize(tables.next.len(), 0);
            for &(offset, target) in cells {
                let cell = (base + u32::from(offset)) as usize - 1;
                tables.next[cell] = target.as_u32();
                tables.check[cell] = state.as_u32();
            }
        }
        Ok(tables)
    }
}

/// The target of most bytes of each state, and how many bytes lead elsewhere.
fn heaviest(graph: &Graph) -> IdVec<StateId, (StateId, u32)> {
    graph.states().map(|state| graph.row(state).heaviest()).collect()
}

/// The cells of all states.
#[derive(Default)]
struct Rows {
    cells: Vec<Cell>,
    ends: IdVec<StateId, usize>,
}

impl Rows {
    /// Appends the cells that a state needs, on its own with this default or as the difference from another state.
    fn push(&mut self, graph: &Graph, state: StateId, default: StateId, against: Option<StateId>) {
        let row = graph.row(state);
        let target = row.target(OUT_OF_BAND);
        if target != StateId::TRAP {
            self.cells.push((0, target));
        }
        let cells = &mut self.cells;
        let mut push = |run: Edge| cells.extend(run.bytes().map(|byte| (u16::from(byte) + 1, run.target)));
        match against {
            Some(other) => row.differences(graph.row(other)).for_each(push),
            None if default == row.default => {
                row.edges.iter().copied().filter(|run| run.target != default).for_each(&mut push);
            }
            None => row.runs().filter(|run| run.target != default).for_each(&mut push),
        }
        self.ends.push(self.cells.len());
    }

    fn get(&self, state: StateId) -> &[Cell] {
        let start = if state == StateId::TRAP { 0 } else { self.ends[StateId::new(state.index() - 1)] };
        &self.cells[start..self.ends[state]]
    }
}

ids! {
    /// The number of a list of offsets.
    ShapeId;
}

/// The cells that are taken. Positions are one more than the cell, as in [`Cell`].
struct Space {
    taken: Vec<u64>,
    /// The lowest position that may be free.
    first_free: usize,
    /// Lists of offsets, and the base that was found last for a row with each: those below cannot fit another such row.
    shapes: SliceInterner<ShapeId, u32>,
    last: IdVec<ShapeId, usize>,
    /// For each offset, where the last row of this one cell went.
    last_one: Vec<usize>,
    offsets: Vec<u32>,
}

impl Default for Space {
    fn default() -> Self {
        // Position 0 is no cell, and cell 0 is the trap's.
        let (shapes, last, offsets) = Default::default();
        Self { taken: vec![0b11], first_free: 2, shapes, last, last_one: vec![0; 1 + 256], offsets }
    }
}

/// The number of bases that are tried for a row, in units of 64, before it is put after all others. This bounds the work of
/// packing to the number of cells times a constant. Of the automata met so far only one, with 23,000 states and 770,000
/// cells, comes near; 4,096 would make its tables a tenth larger and save 50 ms.
const MAX_TRIES: usize = 16_384;

impl Space {
    /// Finds the base for a row and takes its cells.
    fn place(&mut self, cells: &[Cell]) -> Result<u32, PackError> {
        if let &[(offset, _)] = cells {
            return self.place_one(offset.into());
        }
        let mut offsets = std::mem::take(&mut self.offsets);
        offsets.clear();
        offsets.extend(cells.iter().map(|&(offset, _)| u32::from(offset)));
        let (shape, new) = self.shapes.intern(&offsets);
        if new {
            self.last.push(0);
        }
        let first = offsets.first().map_or(0, |&offset| offset as usize);
        let from = self.first_free.saturating_sub(first).max(self.last[shape]);
        let base = self.first_fit(&offsets, from);
        if base + 256 > MAX_CELLS {
            return Err(PackError::TooManyCells { limit: MAX_CELLS });
        }
        for &offset in &offsets {
            self.take(base + offset as usize);
        }
        self.skip_taken();
        self.last[shape] = base;
        self.offsets = offsets;
        Ok(base as u32)
    }

    /// The same for a row of one cell, as most are: it goes where the first free cell is that no row of its kind passed over.
    fn place_one(&mut self, offset: usize) -> Result<u32, PackError> {
        let position = self.next_free(self.first_free.max(offset).max(self.last_one[offset]));
        let base = position - offset;
        if base + 256 > MAX_CELLS {
            return Err(PackError::TooManyCells { limit: MAX_CELLS });
        }
        self.take(position);
        self.skip_taken();
        self.last_one[offset] = position;
        Ok(base as u32)
    }

    /// The first free position, not below `from`.
    fn next_free(&self, from: usize) -> usize {
        let mut position = from;
        while let Some(&word) = self.taken.get(position / 64) {
            let taken = (word >> (position % 64)).trailing_ones() as usize;
            if taken < 64 - position % 64 {
                return position + taken;
            }
            position = (position / 64 + 1) * 64;
        }
        position
    }

    fn take(&mut self, position: usize) {
        if self.taken.len() <= position / 64 {
            self.taken.resize(position / 64 + 1, 0);
        }
        self.taken[position / 64] |= 1 << (position % 64);
    }

    fn skip_taken(&mut self) {
        self.first_free = self.next_free(self.first_free);
    }

    /// The lowest base, not below `from`, where all offsets are free.
    fn first_fit(&self, offsets: &[u32], from: usize) -> usize {
        for block in 0..MAX_TRIES {
            let from = from + 64 * block;
            let mut unfit = 0;
            for &offset in offsets {
                unfit |= self.bits(from + offset as usize);
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
        let row = [(2, StateId::new(5)), (4, StateId::new(6))];
        assert_eq!(space.place(&row), Ok(0));
        assert_eq!(space.place(&row), Ok(1));
        assert_eq!(space.place(&row), Ok(4));
        // The out-of-band symbol alone, one below the base: not before all cells, not in cell 0, which is the trap's, but
        // in cell 6, the first that is free.
        assert_eq!(space.place(&[(0, StateId::START)]), Ok(7));
        // Cells across a word boundary.
        assert_eq!(space.place(&[(1, StateId::START), (70, StateId::START)]), Ok(8));
    }

    #[test]
    fn bases_have_24_bits() {
        let mut space = Space { taken: vec![u64::MAX; MAX_CELLS / 64], ..Space::default() };
        assert_eq!(space.place(&[(1, StateId::START)]), Err(PackError::TooManyCells { limit: MAX_CELLS }));
    }
}
