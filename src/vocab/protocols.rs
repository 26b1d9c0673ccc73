//! Protocol words of network rules, each a socket type of one or two families.

use std::borrow::Cow;

use super::word::word_traits;
use super::{AddressFamily, SocketType, Vocabulary, sockets};

/// A protocol word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The word.
    pub name: &'static str,
    /// The families that have it.
    pub(crate) families: &'static [AddressFamily],
    /// Its socket type.
    pub(crate) socket_type: SocketType,
    /// The protocol numbers it stands for, as a mask; [`u32::MAX`] is any, because the kernel looks no deeper than the type.
    pub(crate) mask: u32,
}

/// All of them. `icmp` has no word for IPv6.
const ALL: &[Protocol] = &[
    Protocol {
        name: "tcp",
        families: &[AddressFamily::Inet, AddressFamily::Inet6],
        socket_type: SocketType::Stream,
        mask: u32::MAX,
    },
    Protocol {
        name: "udp",
        families: &[AddressFamily::Inet, AddressFamily::Inet6],
        socket_type: SocketType::Dgram,
        mask: u32::MAX,
    },
    Protocol { name: "icmp", families: &[AddressFamily::Inet], socket_type: SocketType::Raw, mask: 1 << 1 },
];

impl Vocabulary for Protocol {
    const KIND: &'static str = "protocol";

    fn from_word(word: &[u8]) -> Option<Self> {
        ALL.iter().find(|protocol| protocol.name.as_bytes() == word).copied()
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|protocol| protocol.name)
    }
}

word_traits!(Protocol);

/// The second word of a network rule: a socket type, or a protocol that implies one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

    fn words() -> impl Iterator<Item = &'static str> {
        sockets::network_words().chain(Protocol::words())
    }
}

word_traits!(SocketKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let icmp = Protocol::from_word(b"icmp").unwrap();
        assert_eq!((icmp.socket_type, icmp.families), (SocketType::Raw, &[AddressFamily::Inet][..]));
        assert_eq!(Protocol::from_word(b"sctp"), None);
        assert!(SocketKind::words().all(|word| SocketKind::from_word(word.as_bytes()).unwrap().to_word() == word));
        assert_eq!(SocketKind::from_word(b"dccp"), None);
    }
}
