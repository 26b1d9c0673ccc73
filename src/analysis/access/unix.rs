//! Unix sockets: `type protocol address NUL label NUL`, and after that what the operation is about: the backlog, the option, or
//! `1 address NUL label` of the other side. Those with a path in the file system are mediated as files, and
//! by Linux 7.2 as sockets, too (observed: a profile without unix rules is denied `bind` with `failed af match`).
//!
//! Addresses are not delimited in a way that can be told for sure: an abstract one begins with NUL, and so does what stands
//! after an empty one. What gives a sensible whole is taken.

use std::fmt;

use serde::Serialize;

use super::asked::{surplus, value};
use super::network::{SocketOperation, operation};
use super::plan::{LookupPlace, LookupPlan, MatchStrings, components};
use super::reader::StringReader;
use super::words::{RemainingWords, each, names as permission_names, write_permissions, write_word};
use super::{AccessError, network};
use crate::analysis::names;
use crate::analysis::perms::mediates;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{NetworkPermissions, SocketType, Vocabulary, classes, families, network as bits};

/// Permissions on the other side as well.
const WITH_PEER: u32 = bits::CONNECT | bits::SEND | bits::RECEIVE;

/// Use of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnixAccess {
    /// Permissions (`AA_MAY_…`).
    pub permissions: u32,
    /// Number of the socket type.
    pub kind: u16,
    /// The own address.
    pub local: UnixName,
    /// The other side's.
    pub peer: UnixName,
    /// The other side's profile; `None` is taken for `unconfined`.
    pub label: Option<Text>,
}

/// The address of a unix socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnixName {
    /// None; a bind then asks for one that the kernel finds.
    #[default]
    Unbound,
    /// An abstract name, without the `@`.
    Abstract(Text),
    /// A path in the file system.
    Path(Text),
}

impl UnixName {
    fn parse(word: &[u8]) -> Result<UnixName, AccessError> {
        match word {
            b"none" => Ok(UnixName::Unbound),
            [b'@', name @ ..] => Ok(UnixName::Abstract(name.into())),
            [b'/', ..] => Ok(UnixName::Path(word.into())),
            _ => Err(AccessError::new(format!("`{}` is no address: `@NAME`, a path or `none`", word.escape_ascii()))),
        }
    }

    /// As [`AskedUnix`] has it.
    fn address(&self) -> Text {
        match self {
            UnixName::Unbound => "none".into(),
            UnixName::Abstract(name) => [b"@", &**name].concat().into(),
            UnixName::Path(path) => path.clone(),
        }
    }
}

impl UnixAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<UnixAccess, AccessError> {
        let mut access =
            UnixAccess { permissions: 0, kind: 0, local: UnixName::Unbound, peer: UnixName::Unbound, label: None };
        for (key, value) in words.group("peer") {
            match key {
                b"label" => access.label = Some(value.into()),
                b"addr" => access.peer = UnixName::parse(value)?,
                _ => return Err(AccessError::unknown(key, "no condition on a peer", ["label", "addr"])),
            }
        }
        if let Some(value) = words.value("peer").or_else(|| words.value("label")) {
            access.label = Some(value.into());
        }
        if let Some(value) = words.value("peer-addr") {
            access.peer = UnixName::parse(value)?;
        }
        if let Some(value) = words.value("addr") {
            access.local = UnixName::parse(value)?;
        }
        access.permissions = words.set::<NetworkPermissions>();
        let kind = words.value("type").or_else(|| words.next());
        let Some(kind) = kind else {
            return Err(AccessError::new("the type of the socket is missing: stream, dgram or seqpacket"));
        };
        access.kind = SocketType::from_word(kind).map(SocketType::number).ok_or_else(|| {
            let known = SocketType::words().chain(NetworkPermissions::words());
            AccessError::unknown(kind, "neither a permission nor a type of socket", known)
        })?;
        if let Some(word) = words.next() {
            // The name that a program connects or sends to is the other side's.
            let name = UnixName::parse(word)?;
            let about_peer = access.permissions != 0 && access.permissions & !WITH_PEER == 0;
            *(if about_peer { &mut access.peer } else { &mut access.local }) = name;
        }
        if access.permissions == 0 {
            access.permissions = NetworkPermissions::ALL.bits();
        }
        Ok(access)
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let present = |class: u8| mediates(profile, class);
        let class = match () {
            () if present(classes::NETWORK_V9) => classes::NETWORK_V9,
            () if !present(classes::NETWORK_V8) && present(classes::NETWORK_V7) => classes::NETWORK_V7,
            () => {
                let mut plan = network::coarse(profile, self.permissions, [families::UNIX, self.kind, 0]);
                if plan.unmediated.is_none() {
                    plan.notes.push("the policy looks at the type of unix sockets only, not at names and peers".into());
                }
                return plan;
            }
        };
        let mut plan = LookupPlan::default();
        let policy = |unix: &AskedUnix| [&[class][..], &unix.encode()].concat();
        let one = |unix: &AskedUnix| LookupPlace::Policy(MatchStrings::one(policy(unix)));
        let head = AskedUnix { r#type: Some(self.kind), ..AskedUnix::default() };
        let local = AskedUnix { address: Some(self.local.address()), ..head.clone() };
        let with = |operation| one(&AskedUnix { operation: Some(operation), ..local.clone() });
        let peer = |part: &[u8]| AskedUnix {
            peer_address: Some(self.peer.address()),
            peer_label: Some(part.into()),
            ..local.clone()
        };
        let peers: Vec<Vec<u8>> = self.peer_profiles().map(|part| policy(&peer(part))).collect();
        let peers = LookupPlace::Policy(MatchStrings { attempts: vec![peers], goes_on: 0 });
        for (name, bit) in each(self.permissions, permission_names::<NetworkPermissions>()) {
            let (mask, way) = match bit {
                bits::CREATE => (bit, one(&head)),
                // The kernel is to find a name.
                bits::BIND if self.local == UnixName::Unbound => {
                    (bit, one(&AskedUnix { address: Some("auto".into()), ..head.clone() }))
                }
                bits::LISTEN => (bit, with(SocketOperation::Listen(128))),
                bits::SETOPT | bits::GETOPT => (bit, with(SocketOperation::Option(1))),
                bits::CONNECT => (bits::CONNECT | bits::SEND | bits::RECEIVE, peers.clone()),
                bits::SEND | bits::RECEIVE => (bit, peers.clone()),
                _ => (bit, one(&local)),
            };
            plan.check(name, mask, way);
        }
        if let (UnixName::Path(path), _) | (_, UnixName::Path(path)) = (&self.local, &self.peer) {
            let note = "a socket with a path is mediated as a file, too: ask for";
            plan.notes.push(format!("{note} `file {} rw`", path.escape_ascii()));
        }
        if self.permissions & WITH_PEER != 0 {
            if self.label.is_none() {
                plan.notes.push("the peer is taken to be unconfined; name its profile with peer=PROFILE".into());
            }
            plan.notes.push("the peer's own profile must allow its side of it, too".into());
        }
        plan
    }
}

impl UnixAccess {
    /// The profiles of the other side as kernels ask for them: by name and one by one, whatever namespace they are in.
    pub(crate) fn peer_profiles(&self) -> impl Iterator<Item = &[u8]> {
        components(self.label.as_deref().unwrap_or(b"unconfined")).map(without_namespace)
    }
}

fn without_namespace(label: &[u8]) -> &[u8] {
    let Some(rest) = label.strip_prefix(b":") else { return label };
    let name = rest.iter().position(|&byte| byte == b':').and_then(|at| rest.get(at + 1..)).unwrap_or(label);
    name.strip_prefix(b"//").unwrap_or(name)
}

impl fmt::Display for UnixAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unix")?;
        write_permissions::<NetworkPermissions>(f, self.permissions, NetworkPermissions::ALL.bits())?;
        write!(f, " {}", SocketType::from_number(self.kind).map(SocketType::name).unwrap_or("none"))?;
        for (key, name) in [("addr", &self.local), ("peer-addr", &self.peer)] {
            if *name != UnixName::Unbound {
                write!(f, " {key}=")?;
                write_word(f, &name.address())?;
            }
        }
        if let Some(label) = &self.label {
            f.write_str(" peer=")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}

/// Stands before the address of the other side.
pub(in crate::analysis) const PEER: u8 = 1;
/// Stands before a backlog.
pub(super) const LISTEN: u8 = 2;
/// Stands before the number of an option.
pub(super) const OPTION: u8 = 4;
/// The address of a socket that has none.
const UNBOUND: &[u8] = b"\x01";

/// A unix socket, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct AskedUnix {
    /// The number of the socket type; its name when serialised.
    #[serde(serialize_with = "network::type_name")]
    pub r#type: Option<u16>,
    /// The protocol number, where it is not 0.
    pub protocol: Option<u16>,
    /// The address: `@name`, a path, `none`, or `auto` where the kernel shall find one.
    pub address: Option<Text>,
    /// The label of the socket, which kernels leave empty.
    pub label: Option<Text>,
    /// The operation on the socket.
    pub operation: Option<SocketOperation>,
    /// The address of the other side.
    pub peer_address: Option<Text>,
    /// The label of the other side.
    pub peer_label: Option<Text>,
    /// The bytes of a string that does not fit the format.
    pub rest: Text,
}

impl AskedUnix {
    /// A string after the address family.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = StringReader::new(bytes);
        let r#type = reader.number();
        let protocol = reader.number();
        let head = AskedUnix { r#type, protocol: protocol.filter(|&protocol| protocol != 0), ..AskedUnix::default() };
        if protocol.is_none() || reader.is_empty() {
            return AskedUnix { rest: Text::from(reader.rest()), ..head };
        }
        let whole = |abstract_name| {
            let unix = local(reader, abstract_name)?;
            unix.rest.is_empty().then_some(unix)
        };
        let unix = whole(false).or_else(|| whole(true));
        match unix.or_else(|| local(reader, true)) {
            Some(unix) => AskedUnix { r#type: head.r#type, protocol: head.protocol, ..unix },
            // It ends inside the address.
            None => AskedUnix { address: Some(name(reader.rest())), ..head },
        }
    }

    /// The string without the class. It is about one more thing at most: an operation or the other side.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = families::UNIX.to_be_bytes().to_vec();
        let Some(kind) = self.r#type else { return bytes };
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&self.protocol.unwrap_or(0).to_be_bytes());
        let Some(local) = &self.address else { return bytes };
        // Address and label end in NUL each.
        bytes.extend([&*address_bytes(local), b"\0", self.label.as_deref().unwrap_or_default(), b"\0"].concat());
        match self.operation {
            Some(SocketOperation::Listen(backlog)) => bytes.extend([&[LISTEN][..], &backlog.to_be_bytes()].concat()),
            Some(SocketOperation::Option(number)) => {
                let number = u16::try_from(number).unwrap_or(u16::MAX);
                bytes.extend([&[OPTION][..], &number.to_be_bytes()].concat());
            }
            None => {}
        }
        if let Some(peer) = &self.peer_address {
            let label = self.peer_label.as_deref().unwrap_or_default();
            bytes.extend([&[PEER][..], &address_bytes(peer), b"\0", label].concat());
        }
        bytes
    }
}

/// The string from the address on; a leading NUL begins an abstract name, or ends an empty address.
fn local(mut reader: StringReader<'_>, abstract_name: bool) -> Option<AskedUnix> {
    let address = address(&mut reader, abstract_name)?;
    let mut unix = AskedUnix { address: Some(address), ..AskedUnix::default() };
    let Some(label) = reader.closed_field() else {
        return Some(AskedUnix { rest: Text::from(reader.rest()), ..unix });
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

/// An address and the NUL after it.
fn address(reader: &mut StringReader<'_>, abstract_name: bool) -> Option<Text> {
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

/// The inverse of [`name`].
fn address_bytes(name: &Text) -> Vec<u8> {
    match name.as_bytes() {
        b"auto" => Vec::new(),
        b"none" => UNBOUND.to_vec(),
        [b'@', name @ ..] => [b"\0", name].concat(),
        path => path.to_vec(),
    }
}

impl fmt::Display for AskedUnix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unix")?;
        if let Some(kind) = self.r#type {
            write!(f, " {}", names::socket_type(kind))?;
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
