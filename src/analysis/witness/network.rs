//! Sockets: family and type, and where addresses are mediated protocol, port and address of one or both sides.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use super::reader::Reader;
use super::unix::{self, Unix};
use super::{Asked, surplus, value};
use crate::analysis::names;
use crate::source::Text;
use crate::vocab::{classes, families};

/// Type byte of a peer's port.
const REMOTE: u8 = 2;

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Network {
    /// Whether it is about a packet, not about the socket.
    pub packet: bool,
    /// The address family.
    pub family: Option<String>,
    /// The socket type.
    pub r#type: Option<String>,
    /// The protocol number.
    pub protocol: Option<u16>,
    /// The address of the socket.
    pub local: Option<Endpoint>,
    /// The address of the other side.
    pub peer: Option<Endpoint>,
    /// What is done besides: `listen` with a backlog, `option` with a number.
    pub operation: Option<Operation>,
    /// What does not fit the format.
    pub rest: Text,
}

/// One side of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Endpoint {
    /// The port.
    pub port: u16,
    /// The IP address; `None` for sockets without.
    pub ip: Option<String>,
    /// The interface.
    pub interface: Option<Text>,
    /// The label.
    pub label: Option<Text>,
}

/// What is done with a socket, where the string tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Listening, with this backlog.
    Listen(u16),
    /// Reading or setting an option of this number.
    Option(u32),
}

/// A string of one of the network classes, without the class.
pub(super) fn decode(class: u8, bytes: &[u8]) -> Asked {
    let mut reader = Reader::new(bytes);
    let packet = class == classes::NETWORK_V9_SKB;
    let Some(family) = reader.number() else {
        return Asked::Network(Network { packet, rest: Text::from(reader.rest()), ..Network::default() });
    };
    // Up to the type a unix socket is a socket like any other.
    if family == families::UNIX && reader.rest().len() > 2 {
        return Asked::Unix(Unix::decode(reader.rest()));
    }
    let family = Some(names::family(family));
    let r#type = reader.number().map(names::socket_type);
    let protocol = r#type.as_ref().and_then(|_| reader.number());
    let mut network = Network { packet, family, r#type, protocol, ..Network::default() };
    let rest = addresses(&mut network, reader, packet).unwrap_or(reader);
    network.rest = Text::from(rest.rest());
    Asked::Network(network)
}

/// Reads what stands behind the protocol and returns what is left. `None` if it is no address.
fn addresses<'a>(network: &mut Network, mut reader: Reader<'a>, packet: bool) -> Option<Reader<'a>> {
    let (kind, mut first) = endpoint(&mut reader)?;
    if packet {
        first.interface = reader.field().map(Text::from);
    }
    // `label 00 01 address` behind the address of the peer, `02` or `04` or a label behind that of the socket.
    let mut pair = reader;
    let label = pair.closed_field();
    if let Some(label) = label
        && pair.take(1)
        && let Some((_, mut local)) = endpoint(&mut pair)
    {
        first.label = Some(Text::from(label));
        if packet {
            local.interface = pair.field().map(Text::from);
        } else {
            local.label = pair.closed_field().map(Text::from);
        }
        (network.peer, network.local) = (Some(first), Some(local));
        return Some(pair);
    }
    if kind == REMOTE || packet {
        first.label = reader.field().map(Text::from);
        network.peer = Some(first);
        return Some(reader);
    }
    network.operation = operation(&mut reader);
    if network.operation.is_none()
        && let Some(label) = reader.closed_field()
    {
        first.label = Some(Text::from(label));
        network.operation = operation(&mut reader);
    }
    network.local = Some(first);
    Some(reader)
}

/// A port, an address and a NUL; with the type byte of the port.
fn endpoint(reader: &mut Reader<'_>) -> Option<(u8, Endpoint)> {
    let mut at = *reader;
    let kind = at.byte()?;
    let port = at.number()?;
    let ip = match at.byte()? {
        0 => None,
        1 => Some(Ipv4Addr::from(at.array::<4>()?).to_string()),
        2 => Some(Ipv6Addr::from(at.array::<16>()?).to_string()),
        _ => return None,
    };
    if !at.take(0) {
        return None;
    }
    *reader = at;
    Some((kind, Endpoint { port, ip, ..Endpoint::default() }))
}

/// A code and its number, if that is all there is.
pub(super) fn operation(reader: &mut Reader<'_>) -> Option<Operation> {
    let mut at = *reader;
    let operation = match (at.byte()?, at.rest().len()) {
        (unix::LISTEN, 2) => Operation::Listen(at.number()?),
        (unix::OPTION, 2) => Operation::Option(at.number()?.into()),
        (unix::OPTION, 4) => Operation::Option(u32::from_be_bytes(at.array()?)),
        _ => return None,
    };
    *reader = Reader::new(&[]);
    Some(operation)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.packet { "network packet" } else { "network" })?;
        for word in [&self.family, &self.r#type].into_iter().flatten() {
            write!(f, " {word}")?;
        }
        if let Some(protocol) = self.protocol {
            write!(f, " protocol {protocol}")?;
        }
        if let Some(local) = &self.local {
            write!(f, "{local}")?;
        }
        if let Some(operation) = self.operation {
            write!(f, " {operation}")?;
        }
        if let Some(peer) = &self.peer {
            write!(f, " peer{peer}")?;
        }
        surplus(f, &self.rest)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " ip {} port {}", self.ip.as_deref().unwrap_or("none"), self.port)?;
        value(f, "interface", self.interface.as_ref())?;
        value(f, "label", self.label.as_ref())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Listen(backlog) => write!(f, "listen {backlog}"),
            Operation::Option(number) => write!(f, "option {number}"),
        }
    }
}
