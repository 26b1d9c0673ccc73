//! A DFA packed into the base/default/next/check tables that the kernel walks (`security/apparmor/match.c`).

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
    /// Which state owns a cell.
    pub check: Vec<u32>,
}
