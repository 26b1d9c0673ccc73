//! Permission words of network and unix rules.
//!
//! The bits are the kernel's own (`AA_MAY_*` in `security/apparmor/include/perms.h`); the encoder folds them into rule words.

use super::{letters, name_of, number_of};

/// `send`.
pub const SEND: u32 = 0x2;
/// `receive`.
pub const RECEIVE: u32 = 0x4;
/// `create`.
pub const CREATE: u32 = 0x10;
/// `shutdown`.
pub const SHUTDOWN: u32 = 0x20;
/// `connect`.
pub const CONNECT: u32 = 0x40;
/// `setattr`.
pub const SETATTR: u32 = 0x100;
/// `getattr`.
pub const GETATTR: u32 = 0x200;
/// `accept`.
pub const ACCEPT: u32 = 0x10_0000;
/// `bind`.
pub const BIND: u32 = 0x20_0000;
/// `listen`.
pub const LISTEN: u32 = 0x40_0000;
/// `setopt`.
pub const SETOPT: u32 = 0x100_0000;
/// `getopt`.
pub const GETOPT: u32 = 0x200_0000;

/// Every permission: what a rule without permission words has.
pub const ANY: u32 = SEND | RECEIVE | CONNECT | ACCEPT | LOCAL;

/// Permissions about the own socket only, which contradict conditions on the peer. (`accept` is about both.)
pub const LOCAL: u32 = CREATE | SHUTDOWN | SETATTR | GETATTR | BIND | LISTEN | SETOPT | GETOPT;

/// Word and bit of each, in the order rules are written in; `read` and `write` are synonyms.
pub const ALL: &[(&str, u32)] = &[
    ("create", CREATE),
    ("bind", BIND),
    ("listen", LISTEN),
    ("accept", ACCEPT),
    ("connect", CONNECT),
    ("shutdown", SHUTDOWN),
    ("getattr", GETATTR),
    ("setattr", SETATTR),
    ("getopt", GETOPT),
    ("setopt", SETOPT),
    ("send", SEND),
    ("receive", RECEIVE),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_is_every_word() {
        assert_eq!(ALL.iter().fold(0, |bits, &(_, bit)| bits | bit), ANY);
        // The folded form of all permissions, as every rule without permission words has it.
        let folded = (ANY & 0x7f) | (ANY & 0x300) << 6 | (ANY & 0x70_0000) >> 4 | (ANY & 0x300_0000) >> 5;
        assert_eq!(folded, 0x1f_c076);
    }
}
