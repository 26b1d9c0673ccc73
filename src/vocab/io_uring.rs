//! Permission words of `io_uring` rules.

use super::{name_of, number_of};

/// `override_creds`: take on other credentials.
pub const OVERRIDE_CREDS: u32 = 0x8;
/// `sqpoll`: a kernel thread that polls the queue.
pub const SQPOLL: u32 = 0x10;
/// What a rule without permission words has.
pub const ANY: u32 = OVERRIDE_CREDS | SQPOLL;

/// Word and bit of each.
pub const ALL: &[(&str, u32)] = &[("sqpoll", SQPOLL), ("override_creds", OVERRIDE_CREDS)];

/// The bit of a word.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    number_of(ALL, word)
}

/// The word of one bit.
#[must_use]
pub fn name(bit: u32) -> Option<&'static str> {
    name_of(ALL, bit)
}
