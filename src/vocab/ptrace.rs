//! Permission words of ptrace rules.

use super::{letters, name_of, number_of};

/// `trace`: control another process.
pub const TRACE: u32 = 0x2;
/// `read`: look into another process.
pub const READ: u32 = 0x4;
/// `tracedby`: be controlled.
pub const TRACEDBY: u32 = 0x8;
/// `readby`: be looked into.
pub const READBY: u32 = 0x10;
/// What a rule without permission words has.
pub const ANY: u32 = TRACE | READ | TRACEDBY | READBY;

/// Word and bit of each; `write` is a synonym of `trace`.
pub const ALL: &[(&str, u32)] =
    &[("trace", TRACE), ("read", READ), ("tracedby", TRACEDBY), ("readby", READBY), ("write", TRACE)];

/// The bits of a word, or of a string of the letters `r` and `w`.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    number_of(ALL, word).or_else(|| letters(word, READ, TRACE))
}

/// The canonical word of one bit.
#[must_use]
pub fn name(bit: u32) -> Option<&'static str> {
    name_of(ALL, bit)
}
