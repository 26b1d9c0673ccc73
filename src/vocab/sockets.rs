//! Socket types (`socket(2)`).

use super::{name_of, number_of};

/// Type words of network rules with their numbers, by number.
pub const ALL: &[(&str, u16)] =
    &[("stream", 1), ("dgram", 2), ("raw", 3), ("rdm", 4), ("seqpacket", 5), ("packet", 10)];

/// Words that only the `type=` condition of unix rules knows.
pub const UNIX_ONLY: &[(&str, u16)] = &[("none", 0), ("dccp", 6)];

/// The mask `1 << type` of all types that have a word in network rules: as good as no type.
pub const NAMED_MASK: u32 = 0x43e;

/// The number of a type word of a network rule.
#[must_use]
pub fn number(word: &[u8]) -> Option<u16> {
    number_of(ALL, word)
}

/// The number of the value of a unix rule's `type=`.
#[must_use]
pub fn unix_number(word: &[u8]) -> Option<u16> {
    number(word).or_else(|| number_of(UNIX_ONLY, word))
}

/// The word of a type, those of unix rules included.
#[must_use]
pub fn name(number: u16) -> Option<&'static str> {
    name_of(ALL, number).or_else(|| name_of(UNIX_ONLY, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        assert_eq!(ALL.iter().fold(0, |mask, &(_, n)| mask | 1u32 << n), NAMED_MASK);
        assert_eq!(number(b"none"), None);
        assert_eq!(number(b"dccp"), None);
        assert_eq!(unix_number(b"none"), Some(0));
        assert_eq!(unix_number(b"dccp"), Some(6));
        assert_eq!(unix_number(b"stream"), Some(1));
        assert_eq!(name(6), Some("dccp"));
    }
}
