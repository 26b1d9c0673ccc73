//! Socket types (`socket(2)`).

use super::Vocabulary;
use super::word::word_enum;

word_enum! {
    /// A socket type. `network` rules know all but `none` and `dccp`, which only the `type=` condition of `unix` rules has.
    SocketType: u16, "socket type";
    Stream = 1, "stream";
    Dgram = 2, "dgram";
    Raw = 3, "raw";
    Rdm = 4, "rdm";
    Seqpacket = 5, "seqpacket";
    Packet = 10, "packet";
    None = 0, "none";
    Dccp = 6, "dccp";
}

impl SocketType {
    /// Whether `network` rules have a word for it.
    #[must_use]
    pub fn is_of_network_rules(self) -> bool {
        !matches!(self, SocketType::None | SocketType::Dccp)
    }
}

/// Type words of network rules.
pub fn network_words() -> impl Iterator<Item = &'static str> {
    SocketType::ALL.iter().filter(|one| one.is_of_network_rules()).map(|one| one.name())
}

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
    SocketType::from_word(word).filter(|one| one.is_of_network_rules()).map(SocketType::number)
}

/// The number of the value of a unix rule's `type=`.
#[must_use]
pub fn unix_number(word: &[u8]) -> Option<u16> {
    SocketType::from_word(word).map(SocketType::number)
}

/// The word of a type, those of unix rules included.
#[must_use]
pub fn name(number: u16) -> Option<&'static str> {
    SocketType::from_number(number).map(SocketType::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        let named = SocketType::ALL.iter().filter(|one| one.is_of_network_rules());
        assert_eq!(named.fold(0, |mask, one| mask | 1u32 << one.number()), NAMED_MASK);
        assert_eq!(number(b"none"), None);
        assert_eq!(number(b"dccp"), None);
        assert_eq!(unix_number(b"none"), Some(0));
        assert_eq!(unix_number(b"dccp"), Some(6));
        assert_eq!(unix_number(b"stream"), Some(1));
        assert_eq!(name(6), Some("dccp"));
    }
}
