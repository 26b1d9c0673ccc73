//! Sockets of every family but unix: family and type, and where addresses are mediated protocol, port and address of one or both
//! sides.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::AccessError;
use super::asked::{Asked, surplus, value};
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::StringReader;
use super::unix::{self, AskedUnix};
use super::words::{RemainingWords, each, names as permission_names, write_permissions};
use crate::analysis::names;
use crate::analysis::perms::mediates;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::network as bits;
use crate::vocab::{AddressFamily, NetworkPermissions, SocketType, Vocabulary, classes, families, sockets};

/// Permission to match on after the type of a socket.
const CONTINUE: u32 = 0x0800_0000;

/// Protocols that stand for a type of socket: name, type, number.
const PROTOCOLS: [(&str, u16, u16); 3] = [("tcp", 1, 6), ("udp", 2, 17), ("icmp", 3, 1)];

/// Use of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NetworkAccess {
    /// Permissions (`AA_MAY_…`).
    pub permissions: u32,
    /// Number of the address family.
    pub family: u16,
    /// Number of the socket type.
    pub kind: u16,
    /// Number of the protocol; 0 for the default one.
    pub protocol: u16,
    /// The address of the socket, where it is known. Policy for a kernel that does not mediate addresses does not look at it.
    pub local: Option<Endpoint>,
    /// The address of the other side, where it is known.
    pub peer: Option<Endpoint>,
}

impl NetworkAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<NetworkAccess, AccessError> {
        let peer = Endpoint::parse(words.group("peer"))?;
        let named = ["ip", "port"].map(|key| words.value(key).map(|value| (key.as_bytes(), value)));
        let local = Endpoint::parse(named.into_iter().flatten().collect())?;
        let permissions = words.set::<NetworkPermissions>();
        let Some(word) = words.next() else {
            return Err(AccessError::new("the address family is missing: inet, inet6, netlink, …"));
        };
        let Some(family) = AddressFamily::from_word(word).map(AddressFamily::number) else {
            let known = AddressFamily::words().chain(NetworkPermissions::words());
            return Err(AccessError::unknown(word, "neither a permission nor an address family", known));
        };
        if family == families::UNIX {
            return Err(AccessError::new("unix sockets are a class of their own: `unix [PERMISSIONS] TYPE [@NAME]`"));
        }
        let Some(word) = words.next() else {
            let types = sockets::network_words().collect::<Vec<_>>().join(", ");
            return Err(AccessError::new(format!("the type of the socket is missing: {types}, tcp, udp or icmp")));
        };
        let by_protocol = PROTOCOLS.iter().find(|(name, ..)| name.as_bytes() == word);
        let (kind, mut protocol) = match (
            SocketType::from_word(word).filter(|kind| kind.is_of_network_rules()).map(SocketType::number),
            by_protocol,
        ) {
            (Some(kind), _) => (kind, 0),
            (None, Some(&(_, kind, protocol))) => (kind, protocol),
            (None, None) => {
                let known = sockets::network_words().chain(PROTOCOLS.map(|(name, ..)| name));
                return Err(AccessError::unknown(word, "no type of socket", known));
            }
        };
        if let Some(word) = words.next() {
            let named = PROTOCOLS.iter().find(|(name, ..)| name.as_bytes() == word).map(|&(.., number)| number);
            let number = || std::str::from_utf8(word).ok()?.parse().ok();
            protocol = named.or_else(number).ok_or_else(|| {
                AccessError::unknown(word, "no protocol", PROTOCOLS.map(|(name, ..)| name))
                    .or_else("write tcp, udp, icmp or a number".into())
            })?;
        }
        let permissions = if permissions == 0 { NetworkPermissions::ALL.bits() } else { permissions };
        Ok(NetworkAccess { permissions, family, kind, protocol, local, peer })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let numbers = [self.family, self.kind, self.protocol];
        if !matches!(self.family, families::INET | families::INET6) || !looks_at_addresses(profile, self) {
            return coarse(profile, self.permissions, numbers);
        }
        if self.local.is_none() && self.peer.is_none() {
            let mut plan = coarse(profile, self.permissions, numbers);
            plan.notes.push("the policy goes on to addresses and ports, which this question leaves out".into());
            return plan;
        }
        self.fine(profile)
    }

    /// The look-ups where policy has addresses, as far as they are known.
    fn fine(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::default();
        let class = network_class(profile).unwrap_or(classes::NETWORK_V9);
        let local = self.local.clone().unwrap_or_default();
        let peer = self.peer.clone().unwrap_or_default();
        let head = AskedSocket { protocol: Some(self.protocol), ..self.head() };
        for (name, bit) in each(self.permissions, permission_names::<NetworkPermissions>()) {
            let own = |operation| AskedSocket { local: Some(local.clone()), operation, ..head.clone() };
            let socket = match bit {
                bits::CREATE => head.clone(),
                bits::LISTEN => own(Some(SocketOperation::Listen(128))),
                bits::SETOPT | bits::GETOPT => own(Some(SocketOperation::Option(1))),
                bits::SEND | bits::RECEIVE | bits::CONNECT | bits::ACCEPT => {
                    AskedSocket { peer: Some(peer.clone()), ..own(None) }
                }
                _ => own(None),
            };
            let mut fine = [&[class][..], &socket.encode()].concat();
            // Binding a privileged port has a type byte of its own.
            if bit == bits::BIND
                && local.port != 0
                && local.port < 1024
                && let Some(kind) = fine.get_mut(1 + head.encode().len())
            {
                *kind = PRIVILEGED;
            }
            let short = [&[class][..], &self.head().encode()].concat();
            plan.check(
                name,
                bit,
                LookupPlace::Policy(MatchStrings { attempts: vec![vec![short], vec![fine]], goes_on: CONTINUE }),
            );
        }
        plan
    }

    fn head(&self) -> AskedSocket {
        AskedSocket { family: Some(self.family), r#type: Some(self.kind), ..AskedSocket::default() }
    }
}

/// The class of sockets in a policy that has one.
fn network_class(profile: &BlobProfile) -> Option<u8> {
    [classes::NETWORK_V9, classes::NETWORK_V8].into_iter().find(|&class| mediates(profile, class))
}

/// The look-ups by family, type and protocol.
pub(super) fn coarse(profile: &BlobProfile, permissions: u32, [family, kind, protocol]: [u16; 3]) -> LookupPlan {
    let mut plan = LookupPlan::default();
    let class = network_class(profile);
    let way = if let Some(class) = class {
        let short = string(class, family, kind, None);
        let long = string(class, family, kind, Some(protocol));
        LookupPlace::Policy(MatchStrings { attempts: vec![vec![short], vec![long]], goes_on: CONTINUE })
    } else {
        if profile.net_allowed_af.is_none() {
            plan.unmediated = Some("sockets are not mediated by this policy".into());
        }
        LookupPlace::Sockets { family, kind }
    };
    // The table of older kernels knows types of sockets only.
    let mask = |bit: u32| if class.is_some() { bit } else { 1 };
    for (name, bit) in each(permissions, permission_names::<NetworkPermissions>()) {
        plan.check(name, mask(bit), way.clone());
    }
    plan
}

fn string(class: u8, family: u16, kind: u16, protocol: Option<u16>) -> Vec<u8> {
    let network = AskedSocket { family: Some(family), r#type: Some(kind), protocol, ..AskedSocket::default() };
    [&[class][..], &network.encode()].concat()
}

/// Whether the policy has more to match after the type of socket.
fn looks_at_addresses(profile: &BlobProfile, access: &NetworkAccess) -> bool {
    let (Some(db), Some(class)) = (&profile.policydb, network_class(profile)) else { return false };
    let state = db.dfa.walk(db.start.unwrap_or(1), &string(class, access.family, access.kind, None));
    let state = usize::try_from(state).unwrap_or(usize::MAX);
    crate::analysis::ClassPerms::of_state(db, profile.version, state).allow & CONTINUE != 0
}

impl fmt::Display for NetworkAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("network")?;
        write_permissions::<NetworkPermissions>(f, self.permissions, NetworkPermissions::ALL.bits())?;
        let number = |number: u16| number.to_string();
        let family = AddressFamily::from_number(self.family)
            .map(AddressFamily::name)
            .map_or_else(|| number(self.family), str::to_owned);
        if let Some((name, ..)) =
            PROTOCOLS.iter().find(|&&(_, kind, number)| (kind, number) == (self.kind, self.protocol))
        {
            write!(f, " {family} {name}")?;
        } else {
            let kind = SocketType::from_number(self.kind)
                .map(SocketType::name)
                .map_or_else(|| number(self.kind), str::to_owned);
            write!(f, " {family} {kind}")?;
            if self.protocol != 0 {
                write!(f, " {}", self.protocol)?;
            }
        }
        if let Some(local) = &self.local {
            write!(f, " {}", local.conditions())?;
        }
        match &self.peer {
            Some(peer) => write!(f, " peer=({})", peer.conditions()),
            None => Ok(()),
        }
    }
}

/// Type byte of the socket's own port.
const LOCAL: u8 = 0;
/// Type byte of its own port below 1024 where it is bound.
const PRIVILEGED: u8 = 1;
/// Type byte of a peer's port.
const REMOTE: u8 = 2;

/// A socket, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct AskedSocket {
    /// Whether it is about a packet, not about the socket.
    pub packet: bool,
    /// The number of the address family; its name when serialised.
    #[serde(serialize_with = "family_name")]
    pub family: Option<u16>,
    /// The number of the socket type; its name when serialised.
    #[serde(serialize_with = "type_name")]
    pub r#type: Option<u16>,
    /// The protocol number.
    pub protocol: Option<u16>,
    /// The address of the socket.
    pub local: Option<Endpoint>,
    /// The address of the other side.
    pub peer: Option<Endpoint>,
    /// The operation on the socket: `listen` with a backlog, `option` with a number.
    pub operation: Option<SocketOperation>,
    /// The bytes of a string that does not fit the format.
    pub rest: Text,
}

/// One side of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// The port.
    pub port: u16,
    /// The IP address; `None` for sockets without.
    pub ip: Option<IpAddr>,
    /// The interface.
    pub interface: Option<Text>,
    /// The label.
    pub label: Option<Text>,
}

/// The operation on a socket, where the string tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SocketOperation {
    /// Listening, with this backlog.
    Listen(u16),
    /// Reading or setting an option of this number.
    Option(u32),
}

/// A string of one of the network classes, without the class.
pub(super) fn decode(class: u8, bytes: &[u8]) -> Asked {
    let mut reader = StringReader::new(bytes);
    let packet = class == classes::NETWORK_V9_SKB;
    let Some(family) = reader.number() else {
        return Asked::Network(AskedSocket { packet, rest: Text::from(reader.rest()), ..AskedSocket::default() });
    };
    // Up to the type a unix socket is a socket like any other.
    if family == families::UNIX && reader.rest().len() > 2 {
        return Asked::Unix(AskedUnix::decode(reader.rest()));
    }
    let r#type = reader.number();
    let protocol = r#type.and_then(|_| reader.number());
    let mut network = AskedSocket { packet, family: Some(family), r#type, protocol, ..AskedSocket::default() };
    let rest = addresses(&mut network, reader, packet).unwrap_or(reader);
    network.rest = Text::from(rest.rest());
    Asked::Network(network)
}

impl AskedSocket {
    /// The string without the class. Labels and interfaces have no NUL in them, and a label is not to be taken for an operation.
    pub(super) fn encode(&self) -> Vec<u8> {
        let numbers = [self.family, self.r#type, self.protocol];
        let mut bytes: Vec<u8> = numbers.into_iter().map_while(|number| number).flat_map(u16::to_be_bytes).collect();
        let closed = |text: &Text| [&**text, b"\0"].concat();
        let interface = |side: &Endpoint| side.interface.as_ref().map(closed).unwrap_or_default();
        let label = |side: &Endpoint| side.label.as_ref().map(closed).unwrap_or_default();
        match (&self.local, &self.peer) {
            (Some(local), Some(peer)) => {
                bytes
                    .extend([peer.encode(REMOTE), interface(peer), label(peer), vec![1], local.encode(LOCAL)].concat());
                bytes.extend(if self.packet { interface(local) } else { label(local) });
            }
            (None, Some(peer)) => {
                bytes.extend([peer.encode(REMOTE), interface(peer)].concat());
                bytes.extend_from_slice(peer.label.as_deref().unwrap_or_default());
            }
            (Some(local), None) => {
                bytes.extend([local.encode(LOCAL), label(local)].concat());
                match self.operation {
                    Some(SocketOperation::Listen(backlog)) => {
                        bytes.extend([&[unix::LISTEN][..], &backlog.to_be_bytes()].concat())
                    }
                    Some(SocketOperation::Option(number)) => {
                        bytes.extend([&[unix::OPTION][..], &number.to_be_bytes()].concat())
                    }
                    None => {}
                }
            }
            (None, None) => {}
        }
        bytes
    }
}

impl Endpoint {
    /// Reads `ip` and `port`; `None` where neither is given.
    fn parse(conditions: Vec<(&[u8], &[u8])>) -> Result<Option<Endpoint>, AccessError> {
        let mut endpoint = None;
        for (key, value) in conditions {
            let wrong = |what| AccessError::new(format!("`{}` is no {what}", value.escape_ascii()));
            let text = std::str::from_utf8(value).unwrap_or_default();
            let known: &mut Endpoint = endpoint.get_or_insert_default();
            match key {
                b"ip" => known.ip = Some(text.parse().map_err(|_| wrong("IP address"))?),
                b"port" => known.port = text.parse().map_err(|_| wrong("port"))?,
                _ => return Err(AccessError::unknown(key, "no condition on an address", ["ip", "port"])),
            }
        }
        Ok(endpoint)
    }

    /// The conditions as [`Endpoint::parse`] reads them.
    fn conditions(&self) -> String {
        let ip = self.ip.map(|ip| format!("ip={ip}"));
        let port = (self.port != 0 || ip.is_none()).then(|| format!("port={}", self.port));
        ip.into_iter().chain(port).collect::<Vec<_>>().join(" ")
    }

    /// Port and address, with the type byte of the port.
    fn encode(&self, kind: u8) -> Vec<u8> {
        let ip = match self.ip {
            None => vec![0],
            Some(IpAddr::V4(ip)) => [&[1][..], &ip.octets()].concat(),
            Some(IpAddr::V6(ip)) => [&[2][..], &ip.octets()].concat(),
        };
        [&[kind][..], &self.port.to_be_bytes(), &ip, &[0]].concat()
    }
}

/// Reads what stands after the protocol and returns what is left. `None` if it is no address.
fn addresses<'a>(network: &mut AskedSocket, mut reader: StringReader<'a>, packet: bool) -> Option<StringReader<'a>> {
    let (kind, mut first) = endpoint(&mut reader)?;
    if packet {
        first.interface = reader.field().map(Text::from);
    }
    // `label 00 01 address` after the address of the peer, `02` or `04` or a label after that of the socket.
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
fn endpoint(reader: &mut StringReader<'_>) -> Option<(u8, Endpoint)> {
    let mut at = *reader;
    let kind = at.byte()?;
    let port = at.number()?;
    let ip = match at.byte()? {
        0 => None,
        1 => Some(at.array::<4>()?.into()),
        2 => Some(at.array::<16>()?.into()),
        _ => return None,
    };
    if !at.take(0) {
        return None;
    }
    *reader = at;
    Some((kind, Endpoint { port, ip, ..Endpoint::default() }))
}

/// A code and its number, if that is all there is.
pub(super) fn operation(reader: &mut StringReader<'_>) -> Option<SocketOperation> {
    let mut at = *reader;
    let operation = match (at.byte()?, at.rest().len()) {
        (unix::LISTEN, 2) => SocketOperation::Listen(at.number()?),
        (unix::OPTION, 2) => SocketOperation::Option(at.number()?.into()),
        (unix::OPTION, 4) => SocketOperation::Option(u32::from_be_bytes(at.array()?)),
        _ => return None,
    };
    *reader = StringReader::new(&[]);
    Some(operation)
}

impl fmt::Display for AskedSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.packet { "network packet" } else { "network" })?;
        for word in [self.family.map(names::family), self.r#type.map(names::socket_type)].into_iter().flatten() {
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
        match self.ip {
            Some(ip) => write!(f, " ip {ip} port {}", self.port)?,
            None => write!(f, " ip none port {}", self.port)?,
        }
        value(f, "interface", self.interface.as_ref())?;
        value(f, "label", self.label.as_ref())
    }
}

impl fmt::Display for SocketOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SocketOperation::Listen(backlog) => write!(f, "listen {backlog}"),
            SocketOperation::Option(number) => write!(f, "option {number}"),
        }
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
fn family_name<S: Serializer>(family: &Option<u16>, serializer: S) -> Result<S::Ok, S::Error> {
    family.map(names::family).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
pub(super) fn type_name<S: Serializer>(kind: &Option<u16>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(names::socket_type).serialize(serializer)
}
