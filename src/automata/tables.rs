//! A DFA packed into the base/default/next/check tables that the kernel walks (`security/apparmor/match.c`).
//!
//! # How a step is looked up
//!
//! The cell of symbol `c` in state `s` is `base[s] + c`. If `check` of that cell is `s`, the successor is in `next`.
//! Otherwise it is `default[s]` – or, if the state is *diff-encoded*, whatever the state `default[s]` does with the same
//! symbol. The out-of-band symbol is the one before byte 0: its cell is `base[s] - 1`, and it is looked up only in states
//! that have the flag for it.
//!
//! The methods here judge tables from anywhere: they neither panic nor hang on nonsense.

use super::Symbol;

/// Bits of [`Tables::base`] that are the offset.
pub const BASE_OFFSET: u32 = 0x00ff_ffff;
/// Bit of [`Tables::base`]: the state is diff-encoded.
pub const BASE_DIFF_ENCODED: u32 = 1 << 31;
/// Bit of [`Tables::base`]: the state has an out-of-band transition.
pub const BASE_OUT_OF_BAND: u32 = 1 << 29;

/// Packed tables of a DFA. State 0 is the trap, state 1 the start.
///
/// `next` and `check` have equal lengths, the other tables one element a state.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Tables {
    /// First accept value of each state.
    pub accept: Vec<u32>,
    /// Second accept value of each state, where the target has one.
    pub accept2: Option<Vec<u32>>,
    /// Byte → equivalence class, where a foreign compiler wrote one (256 entries). armorer writes none.
    pub classes: Option<Box<[u8; 256]>>,
    /// Offsets into `next`/`check` (bits 0–23) with flags: bit 31 diff-encoded, bit 29 has an out-of-band transition.
    pub base: Vec<u32>,
    /// Default successor, or for diff-encoded states the state they differ from.
    pub default: Vec<u32>,
    /// Successors.
    pub next: Vec<u32>,
    /// The state that owns each cell.
    pub check: Vec<u32>,
}

/// A table that looking a step up reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Base,
    Check,
    Next,
    Default,
}

/// A fault of tables: each of these makes the kernel reject them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A table has another number of elements than there are states, or `next` and `check` differ.
    #[error("table `{0}` has the wrong number of elements")]
    Count(&'static str),
    /// Trap or start is missing.
    #[error("there are fewer than two states")]
    TooFewStates,
    /// Cells that a state might be asked for lie outside of the tables.
    #[error("the cells of state {0} reach beyond the tables")]
    BaseOutOfBounds(u32),
    /// A flag that no kernel knows.
    #[error("state {0} has an unknown flag")]
    UnknownFlag(u32),
    /// The out-of-band cell would lie in front of the tables.
    #[error("the out-of-band cell of state {0} lies before the first cell")]
    OutOfBandWithoutCell(u32),
    /// A default successor that does not exist.
    #[error("the default of state {0} is not a state")]
    DefaultOutOfBounds(u32),
    /// A cell with a successor or an owner that does not exist.
    #[error("cell {0} names something that is not a state")]
    CellOutOfBounds(u32),
    /// A diff-encoded state that leads back to itself by way of what it differs from.
    #[error("state {0} is encoded as different from itself")]
    DiffLoop(u32),
}

impl Tables {
    /// The number of states.
    pub fn states(&self) -> usize {
        self.base.len()
    }

    /// Whether any state has an out-of-band transition.
    pub fn has_out_of_band(&self) -> bool {
        self.base.iter().any(|base| base & BASE_OUT_OF_BAND != 0)
    }

    /// Whether any state is diff-encoded.
    pub fn is_diff_encoded(&self) -> bool {
        self.base.iter().any(|base| base & BASE_DIFF_ENCODED != 0)
    }

    /// Returns the state that a symbol leads to, the way the kernel looks it up. What does not exist leads to the trap.
    pub fn step(&self, state: u32, symbol: Symbol) -> u32 {
        self.look_up(state, symbol, |_, _| ()).unwrap_or(0)
    }

    /// Returns the state that an input leads to from `start`.
    pub fn walk(&self, start: u32, input: &[u8]) -> u32 {
        input.iter().fold(start, |state, &byte| self.step(state, Symbol::Byte(byte)))
    }

    /// The step of a symbol; `reads` is told every element that is read, in the order of reading.
    pub(super) fn look_up(&self, state: u32, symbol: Symbol, mut reads: impl FnMut(Table, usize)) -> Option<u32> {
        let base_of = |state: u32| self.base.get(state as usize).copied();
        if symbol == Symbol::OutOfBand && base_of(state)? & BASE_OUT_OF_BAND == 0 {
            return None;
        }
        let mut at = state;
        // No chain without a loop is longer than there are states.
        for _ in 0..self.states() {
            reads(Table::Base, at as usize);
            let base = base_of(at)?;
            let offset = (base & BASE_OFFSET) as usize;
            let cell = match (symbol, &self.classes) {
                (Symbol::OutOfBand, _) => offset.checked_sub(1)?,
                (Symbol::Byte(byte), None) => offset + usize::from(byte),
                (Symbol::Byte(byte), Some(classes)) => offset + usize::from(*classes.get(usize::from(byte))?),
            };
            reads(Table::Check, cell);
            if self.check.get(cell) == Some(&at) {
                reads(Table::Next, cell);
                return self.next.get(cell).copied();
            }
            reads(Table::Default, at as usize);
            at = *self.default.get(at as usize)?;
            if base & BASE_DIFF_ENCODED == 0 {
                return Some(at);
            }
        }
        None
    }

    /// Checks everything about the tables that the kernels check.
    ///
    /// # Errors
    ///
    /// The first thing found that makes a kernel reject them.
    pub fn verify(&self) -> Result<(), TableError> {
        let states = self.states();
        let counts = [
            ("accept", self.accept.len(), states),
            ("accept2", self.accept2.as_ref().map_or(states, Vec::len), states),
            ("default", self.default.len(), states),
            ("check", self.check.len(), self.next.len()),
        ];
        if let Some((name, ..)) = counts.iter().find(|(_, actual, expected)| actual != expected) {
            return Err(TableError::Count(name));
        }
        if states < 2 {
            return Err(TableError::TooFewStates);
        }
        for (state, (&base, &default)) in (0..).zip(self.base.iter().zip(&self.default)) {
            let offset = base & BASE_OFFSET;
            if base & !(BASE_OFFSET | BASE_DIFF_ENCODED | BASE_OUT_OF_BAND) != 0 {
                return Err(TableError::UnknownFlag(state));
            }
            if base & BASE_OUT_OF_BAND != 0 && offset == 0 {
                return Err(TableError::OutOfBandWithoutCell(state));
            }
            // The kernel bounds all 256 bytes, classes or not.
            if offset as usize + 256 > self.next.len() {
                return Err(TableError::BaseOutOfBounds(state));
            }
            if default as usize >= states {
                return Err(TableError::DefaultOutOfBounds(state));
            }
        }
        let exists = |state: u32| (state as usize) < states;
        for (cell, (&next, &check)) in (0..).zip(self.next.iter().zip(&self.check)) {
            if !exists(next) || !exists(check) {
                return Err(TableError::CellOutOfBounds(cell));
            }
        }
        self.verify_chains()
    }

    /// Checks that no diff-encoded state is encoded against itself, however indirectly.
    fn verify_chains(&self) -> Result<(), TableError> {
        // The chain that saw a state first, by the state it began at. Meeting one's own chain again is a loop; meeting
        // another one is not, for that one ended.
        let mut seen: Vec<Option<u32>> = vec![None; self.states()];
        for start in 0..self.states() as u32 {
            let mut at = start;
            while let (Some(&base), Some(&default), Some(chain)) =
                (self.base.get(at as usize), self.default.get(at as usize), seen.get_mut(at as usize))
            {
                if *chain == Some(start) {
                    return Err(TableError::DiffLoop(at));
                }
                if chain.is_some() || base & BASE_DIFF_ENCODED == 0 {
                    break;
                }
                *chain = Some(start);
                at = default;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap, start, and a state 2 that the byte `a` leads to.
    fn tables() -> Tables {
        let mut tables = Tables {
            accept: vec![0, 0, 1],
            base: vec![0; 3],
            default: vec![0; 3],
            next: vec![0; 256],
            check: vec![0; 256],
            ..Tables::default()
        };
        (tables.next[97], tables.check[97]) = (2, 1);
        tables
    }

    #[test]
    fn sound_tables_pass() {
        assert_eq!(tables().verify(), Ok(()));
        assert_eq!(tables().walk(1, b"a"), 2);
        assert_eq!(tables().walk(1, b"aa"), 0);
    }

    type Fault = (fn(&mut Tables), TableError);

    #[test]
    fn each_fault_is_found() {
        let cases: [Fault; 14] = [
            (|t| t.accept.clear(), TableError::Count("accept")),
            (|t| t.accept2 = Some(vec![0]), TableError::Count("accept2")),
            (|t| t.default.push(0), TableError::Count("default")),
            (|t| t.check.push(0), TableError::Count("check")),
            (|t| *t = Tables::default(), TableError::TooFewStates),
            (|t| t.base[2] = 1, TableError::BaseOutOfBounds(2)),
            (|t| t.base[1] = 1 << 24, TableError::UnknownFlag(1)),
            (|t| t.base[1] = 1 << 30, TableError::UnknownFlag(1)),
            (|t| t.base[1] = BASE_OUT_OF_BAND, TableError::OutOfBandWithoutCell(1)),
            (|t| t.default[0] = 3, TableError::DefaultOutOfBounds(0)),
            (|t| t.next[5] = 3, TableError::CellOutOfBounds(5)),
            (|t| t.check[6] = 3, TableError::CellOutOfBounds(6)),
            (|t| (t.base[2], t.default[2]) = (BASE_DIFF_ENCODED, 2), TableError::DiffLoop(2)),
            (
                |t| {
                    t.base = vec![BASE_DIFF_ENCODED; 3];
                    t.default = vec![1, 2, 1];
                },
                TableError::DiffLoop(1),
            ),
        ];
        for (spoil, error) in cases {
            let mut spoilt = tables();
            spoil(&mut spoilt);
            assert_eq!(spoilt.verify(), Err(error));
            // Whatever is wrong, looking up ends.
            for state in 0..4 {
                spoilt.step(state, Symbol::OutOfBand);
                spoilt.walk(state, b"ab");
            }
        }
    }

    #[test]
    fn chains_that_meet_or_end_in_the_trap_are_no_loops() {
        let mut tables = tables();
        tables.base = vec![0, BASE_DIFF_ENCODED, BASE_DIFF_ENCODED];
        tables.default = vec![0, 2, 0];
        assert_eq!(tables.verify(), Ok(()));
        assert!(tables.is_diff_encoded() && !tables.has_out_of_band());
    }

    #[test]
    fn foreign_classes_map_bytes_only() {
        let mut tables = tables();
        let mut classes = Box::new([0; 256]);
        classes[usize::from(b'x')] = 97;
        tables.classes = Some(classes);
        assert_eq!(tables.walk(1, b"x"), 2);
        assert_eq!(tables.walk(1, b"a"), 0);
    }
}
