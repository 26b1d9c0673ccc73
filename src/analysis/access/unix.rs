//! Unix sockets. Those with a path in the file system are mediated as files.

use std::fmt;

use serde::Serialize;

use super::plan::{Plan, Strings, Way, components};
use super::words::{Words, each, write_permissions, write_word};
use super::{UsageError, network};
use crate::analysis::perms::mediates;
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{classes, families, network as bits, sockets};

/// What is about the other side, too.
const PEER: u32 = bits::CONNECT | bits::SEND | bits::RECEIVE;

/// Use of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub enum UnixName {
    /// None; a bind then asks for one that the kernel finds.
    #[default]
    Unbound,
    /// An abstract name, without the `@`.
    Abstract(Text),
}

impl UnixName {
    fn parse(word: &[u8]) -> Result<UnixName, UsageError> {
        match word {
            b"none" => Ok(UnixName::Unbound),
            [b'@', name @ ..] => Ok(UnixName::Abstract(name.into())),
            [b'/', ..] => Err(UsageError::new("sockets with a path are mediated as files: ask for `file PATH rw`")),
            _ => Err(UsageError::new(format!("`{}` is no address: `@NAME` or `none`", word.escape_ascii()))),
        }
    }

    /// As it stands in the strings of the kernel.
    fn bytes(&self) -> Vec<u8> {
        match self {
            UnixName::Unbound => vec![1],
            UnixName::Abstract(name) => [b"\0", &**name].concat(),
        }
    }
}

impl UnixAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<UnixAccess, UsageError> {
        let mut access =
            UnixAccess { permissions: 0, kind: 0, local: UnixName::Unbound, peer: UnixName::Unbound, label: None };
        for (key, value) in words.group("peer") {
            match key {
                b"label" => access.label = Some(value.into()),
                b"addr" => access.peer = UnixName::parse(value)?,
                _ => return Err(UsageError::unknown(key, "no condition on a peer", ["label", "addr"])),
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
        access.permissions = words.permissions(bits::bits);
        let kind = words.value("type").or_else(|| words.next());
        let Some(kind) = kind else {
            return Err(UsageError::new("the type of the socket is missing: stream, dgram or seqpacket"));
        };
        let known = || sockets::ALL.iter().chain(sockets::UNIX_ONLY).map(|&(name, _)| name);
        access.kind = sockets::unix_number(kind).ok_or_else(|| {
            let known = known().chain(bits::ALL.iter().map(|&(name, _)| name));
            UsageError::unknown(kind, "neither a permission nor a type of socket", known)
        })?;
        if let Some(word) = words.next() {
            // The name that a program connects or sends to is the other side's.
            let name = UnixName::parse(word)?;
            let about_peer = access.permissions != 0 && access.permissions & !PEER == 0;
            *(if about_peer { &mut access.peer } else { &mut access.local }) = name;
        }
        if access.permissions == 0 {
            access.permissions = bits::ANY;
        }
        Ok(access)
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
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
        let mut plan = Plan::default();
        let head = [&[class][..], &families::UNIX.to_be_bytes(), &self.kind.to_be_bytes(), &[0, 0]].concat();
        // Address and label end in NUL each; the own label is always empty.
        let at = |address: &[u8]| [&*head, address, b"\0\0"].concat();
        let local = at(&self.local.bytes());
        let with = |more: &[u8]| Way::Policy(Strings::one([&*local, more].concat()));
        let label = self.label.as_ref().map_or(&b"unconfined"[..], |label| label);
        let peer = [&*local, &[1], &self.peer.bytes(), &[0]].concat();
        // By name and one by one, whatever namespace they are in.
        let peers: Vec<Vec<u8>> = components(label).map(|part| [&*peer, without_namespace(part)].concat()).collect();
        let peers = Way::Policy(Strings { attempts: vec![peers], goes_on: 0 });
        for (name, bit) in each(self.permissions, bits::ALL) {
            let (mask, way) = match bit {
                bits::CREATE => (bit, Way::Policy(Strings::one(head.clone()))),
                bits::BIND if self.local == UnixName::Unbound => (bit, Way::Policy(Strings::one(at(b"")))),
                bits::LISTEN => (bit, with(&[2, 0, 128])),
                bits::SETOPT | bits::GETOPT => (bit, with(&[4, 0, 1])),
                bits::CONNECT => (bits::CONNECT | bits::SEND | bits::RECEIVE, peers.clone()),
                bits::SEND | bits::RECEIVE => (bit, peers.clone()),
                _ => (bit, with(&[])),
            };
            plan.check(name, mask, way);
        }
        if self.permissions & PEER != 0 {
            if self.label.is_none() {
                plan.notes.push("the peer is taken to be unconfined; name its profile with peer=PROFILE".into());
            }
            plan.notes.push("the peer's own profile must allow its side of it, too".into());
        }
        plan
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
        write_permissions(f, self.permissions, bits::ANY, bits::ALL)?;
        write!(f, " {}", sockets::name(self.kind).unwrap_or("none"))?;
        for (key, name) in [("addr", &self.local), ("peer-addr", &self.peer)] {
            if let UnixName::Abstract(name) = name {
                write!(f, " {key}=")?;
                write_word(f, &[b"@", &**name].concat())?;
            }
        }
        if let Some(label) = &self.label {
            f.write_str(" peer=")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}
