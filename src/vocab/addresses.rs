//! Addresses and ports of `network` rules.

use std::borrow::Cow;
use std::net::IpAddr;

use super::Vocabulary;
use super::word::word_traits;

/// The value of `ip=`: an address without prefix length, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IpAddress {
    /// `none`: a socket without address.
    None,
    /// An address.
    Address(IpAddr),
}

impl Vocabulary for IpAddress {
    const KIND: &'static str = "IP address";

    fn from_word(word: &[u8]) -> Option<Self> {
        match word {
            b"none" => Some(IpAddress::None),
            _ => std::str::from_utf8(word).ok()?.parse().ok().map(IpAddress::Address),
        }
    }

    fn to_word(&self) -> Cow<'static, str> {
        match self {
            IpAddress::None => "none".into(),
            IpAddress::Address(address) => address.to_string().into(),
        }
    }
}

word_traits!(IpAddress);

/// The value of `port=`: one port, or the first and the last of a range.
///
/// ```
/// use armorer::vocab::PortRange;
///
/// let ports: PortRange = "8000-8080".parse()?;
/// assert_eq!((ports.first(), ports.last()), (8000, 8080));
/// assert_eq!(PortRange::new(443, 443).map(|port| port.to_string()).as_deref(), Some("443"));
/// assert_eq!(PortRange::new(2, 1), None);
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The ports from `first` to `last`; `None` where that is no range.
    #[must_use]
    pub fn new(first: u16, last: u16) -> Option<PortRange> {
        (first <= last).then_some(PortRange { first, last })
    }

    /// The first port.
    #[must_use]
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The last port.
    #[must_use]
    pub const fn last(self) -> u16 {
        self.last
    }
}

impl Vocabulary for PortRange {
    const KIND: &'static str = "port";

    fn from_word(word: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(word).ok()?;
        match text.split_once('-') {
            Some((first, last)) => PortRange::new(port(first)?, port(last)?),
            None => port(text).and_then(|port| PortRange::new(port, port)),
        }
    }

    fn to_word(&self) -> Cow<'static, str> {
        if self.first == self.last {
            self.first.to_string().into()
        } else {
            format!("{}-{}", self.first, self.last).into()
        }
    }
}

word_traits!(PortRange);

/// A decimal number; blanks and a plus sign before it are allowed, because quotes let them through.
pub(crate) fn port(text: &str) -> Option<u16> {
    text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b').parse().ok()
}
