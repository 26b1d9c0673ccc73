//! Unix sockets: `type protocol address NUL label NUL`, and behind that what the operation is about: the backlog, the option, or
//! `1 address NUL label` of the other side.
//!
//! Addresses are not delimited in a way that can be told for sure: an abstract one begins with NUL, and so does what stands
//! behind an empty one. What gives a sensible whole is taken.

use std::fmt;

use serde::Serialize;

use super::network::{Operation, operation};
use super::reader::Reader;
use super::{surplus, value};
use crate::analysis::names;
use crate::source::Text;

/// Stands before the address of the other side.
const PEER: u8 = 1;
/// Stands before a backlog.
pub(super) const LISTEN: u8 = 2;
/// Stands before the number of an option.
pub(super) const OPTION: u8 = 4;
/// The address of a socket that has none.
const UNBOUND: &[u8] = b"\x01";

/// A unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Unix {
    /// The socket type.
    pub r#type: Option<String>,
    /// The protocol number, where it is not 0.
    pub protocol: Option<u16>,
    /// The address: `@name`, a path, `none`, or `auto` where the kernel shall find one.
    pub address: Option<Text>,
    /// The label of the socket, which kernels leave empty.
    pub label: Option<Text>,
    /// What is done besides.
    pub operation: Option<Operation>,
    /// The address of the other side.
    pub peer_address: Option<Text>,
    /// The label of the other side.
    pub peer_label: Option<Text>,
    /// What does not fit the format.
    pub rest: Text,
}

impl Unix {
    /// A string behind the address family.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let r#type = reader.number().map(names::socket_type);
        let protocol = reader.number();
        let head = Unix { r#type, protocol: protocol.filter(|&protocol| protocol != 0), ..Unix::default() };
        if protocol.is_none() || reader.is_empty() {
            return Unix { rest: Text::from(reader.rest()), ..head };
        }
        let whole = |abstract_name| {
            let unix = local(reader, abstract_name)?;
            unix.rest.is_empty().then_some(unix)
        };
        let unix = whole(false).or_else(|| whole(true));
        match unix.or_else(|| local(reader, true)) {
            Some(unix) => Unix { r#type: head.r#type, protocol: head.protocol, ..unix },
            // It ends inside the address.
            None => Unix { address: Some(name(reader.rest())), ..head },
        }
    }
}

/// The string from the address on; a leading NUL begins an abstract name, or ends an empty address.
fn local(mut reader: Reader<'_>, abstract_name: bool) -> Option<Unix> {
    let address = address(&mut reader, abstract_name)?;
    let mut unix = Unix { address: Some(address), ..Unix::default() };
    let Some(label) = reader.closed_field() else {
        return Some(Unix { rest: Text::from(reader.rest()), ..unix });
    };
    unix.label = (!label.is_empty()).then(|| Text::from(label));
    unix.operation = operation(&mut reader);
    if reader.take(PEER) {
        let mut peer = reader;
        // With a second NUL the first one begins a name.
        let address = self::address(&mut peer, true).or_else(|| {
            peer = reader;
            self::address(&mut peer, false)
        });
        match address {
            Some(address) => {
                unix.peer_address = Some(address);
                unix.peer_label = Some(Text::from(peer.rest()));
            }
            None => unix.peer_address = Some(name(reader.rest())),
        }
        return Some(unix);
    }
    unix.rest = Text::from(reader.rest());
    Some(unix)
}

/// An address and the NUL behind it.
fn address(reader: &mut Reader<'_>, abstract_name: bool) -> Option<Text> {
    let mut at = *reader;
    let text = if abstract_name && at.take(0) {
        name(&[b"\0", at.closed_field()?].concat())
    } else {
        name(at.closed_field()?)
    };
    *reader = at;
    Some(text)
}

/// An address as rules have it.
fn name(bytes: &[u8]) -> Text {
    match bytes {
        [] => Text::from("auto"),
        UNBOUND => Text::from("none"),
        [0, name @ ..] => [b"@", name].concat().into(),
        path => Text::from(path),
    }
}

impl fmt::Display for Unix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unix")?;
        if let Some(kind) = &self.r#type {
            write!(f, " {kind}")?;
        }
        if let Some(protocol) = self.protocol {
            write!(f, " protocol {protocol}")?;
        }
        addr(f, self.address.as_ref())?;
        value(f, "label", self.label.as_ref())?;
        if let Some(operation) = self.operation {
            write!(f, " {operation}")?;
        }
        if self.peer_address.is_some() {
            f.write_str(" peer")?;
            addr(f, self.peer_address.as_ref())?;
        }
        value(f, "label", self.peer_label.as_ref())?;
        surplus(f, &self.rest)
    }
}

/// Words stand without quotes.
fn addr(f: &mut fmt::Formatter<'_>, address: Option<&Text>) -> fmt::Result {
    match address {
        Some(word) if matches!(word.as_bytes(), b"auto" | b"none") => write!(f, " addr {word}"),
        address => value(f, "addr", address),
    }
}
