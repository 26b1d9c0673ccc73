//! Protocol words of network rules, each a socket type of one or two families.

use std::borrow::Cow;

use super::word::word_traits;
use super::{SocketType, Vocabulary, families};

/// A protocol word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The word.
    pub name: &'static str,
    /// The families that have it.
    pub families: &'static [u16],
    /// Its socket type.
    pub socket_type: u16,
    /// The protocol numbers it stands for, as a mask; [`u32::MAX`] is any, because the kernel looks no deeper than the type.
    pub mask: u32,
}

/// All of them. `icmp` has no word for IPv6.
pub const ALL: &[Protocol] = &[
    Protocol { name: "tcp", families: &[families::INET, families::INET6], socket_type: 1, mask: u32::MAX },
    Protocol { name: "udp", families: &[families::INET, families::INET6], socket_type: 2, mask: u32::MAX },
    Protocol { name: "icmp", families: &[families::INET], socket_type: 3, mask: 1 << 1 },
];

/// The protocol of that name.
#[must_use]
pub fn find(word: &[u8]) -> Option<&'static Protocol> {
    ALL.iter().find(|protocol| protocol.name.as_bytes() == word)
}

impl Vocabulary for Protocol {
    const KIND: &'static str = "protocol";

    fn from_word(word: &[u8]) -> Option<Self> {
        find(word).copied()
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name.into()
    }
}

word_traits!(Protocol);

/// The second word of a network rule: a socket type, or a protocol that implies one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    /// `stream`
    Type(SocketType),
    /// `tcp`
    Protocol(Protocol),
}

impl Vocabulary for SocketKind {
    const KIND: &'static str = "socket type or protocol";

    fn from_word(word: &[u8]) -> Option<Self> {
        let of_type = SocketType::from_word(word).filter(|one| one.is_of_network_rules()).map(SocketKind::Type);
        of_type.or_else(|| Protocol::from_word(word).map(SocketKind::Protocol))
    }

    fn to_word(&self) -> Cow<'static, str> {
        match self {
            SocketKind::Type(one) => one.to_word(),
            SocketKind::Protocol(one) => one.to_word(),
        }
    }
}

word_traits!(SocketKind);

/// Whether the word is a socket type or a protocol, that is, may stand behind a family.
#[must_use]
pub fn is_type_or_protocol(word: &[u8]) -> bool {
    SocketKind::from_word(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::sockets;
    use super::*;

    #[test]
    fn words() {
        assert_eq!(find(b"tcp").map(|p| p.socket_type), sockets::number(b"stream"));
        assert_eq!(find(b"udp").map(|p| p.socket_type), sockets::number(b"dgram"));
        assert_eq!(find(b"icmp").map(|p| p.socket_type), sockets::number(b"raw"));
        assert_eq!(find(b"icmp").map(|p| p.families), Some(&[families::INET][..]));
        assert_eq!(find(b"sctp"), None);
        assert!(is_type_or_protocol(b"rdm") && is_type_or_protocol(b"udp") && !is_type_or_protocol(b"inet"));
    }
}
