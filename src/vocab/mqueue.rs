//! Permission words of message queue rules.

use super::{letters, name_of, number_of};

/// `write`.
pub const WRITE: u32 = 0x2;
/// `read`.
pub const READ: u32 = 0x4;
/// `create`.
pub const CREATE: u32 = 0x10;
/// `delete`.
pub const DELETE: u32 = 0x20;
/// `open`.
pub const OPEN: u32 = 0x40;
/// `setattr`.
pub const SETATTR: u32 = 0x100;
/// `getattr`.
pub const GETATTR: u32 = 0x200;
/// What a rule without permission words has.
pub const ANY: u32 = WRITE | READ | CREATE | DELETE | OPEN | SETATTR | GETATTR;

/// Word and bit of each. The bits are the kernel's; the encoder folds them into rule words.
pub const ALL: &[(&str, u32)] = &[
    ("create", CREATE),
    ("open", OPEN),
    ("delete", DELETE),
    ("read", READ),
    ("write", WRITE),
    ("getattr", GETATTR),
    ("setattr", SETATTR),
];

/// The bits of a word, or of a string of the letters `r` and `w`.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u32> {
    number_of(ALL, word).or_else(|| letters(word, READ, WRITE))
}

/// The word of one bit.
#[must_use]
pub fn name(bit: u32) -> Option<&'static str> {
    name_of(ALL, bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_is_every_word() {
        assert_eq!(ALL.iter().fold(0, |bits, &(_, bit)| bits | bit), ANY);
        assert_eq!((ANY & 0x7f) | (ANY & 0x300) << 6, 0xc076);
    }
}
