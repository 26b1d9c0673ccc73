//! Permission words of D-Bus rules.

use super::{letters, name_of, number_of};

/// `send`: messages go out.
pub const SEND: u32 = 0x2;
/// `receive`: messages come in.
pub const RECEIVE: u32 = 0x4;
/// `eavesdrop`: all messages of a bus.
pub const EAVESDROP: u32 = 0x20;
/// `bind`: own a name on the bus.
pub const BIND: u32 = 0x40;
/// What a rule without permission words and conditions has.
pub const ANY: u32 = SEND | RECEIVE | EAVESDROP | BIND;

/// Word and bit of each; `read` and `write` are synonyms.
pub const ALL: &[(&str, u32)] = &[
    ("send", SEND),
    ("receive", RECEIVE),
    ("bind", BIND),
    ("eavesdrop", EAVESDROP),
    ("write", SEND),
    ("read", RECEIVE),
];

/// The bits of a word, or of a string of the letters `r` and `w`.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    number_of(ALL, word).or_else(|| letters(word, RECEIVE, SEND))
}

/// The canonical word of one bit.
#[must_use]
pub fn name(bit: u32) -> Option<&'static str> {
    name_of(ALL, bit)
}
