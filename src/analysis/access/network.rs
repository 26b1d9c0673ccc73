//! Sockets of every family but unix.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, each, write_permissions};
use crate::analysis::perms::mediates;
use crate::blob::Profile;
use crate::vocab::{classes, families, network as bits, sockets};

/// Permission to match on behind the type of a socket.
const CONTINUE: u32 = 0x0800_0000;

/// Protocols that stand for a type of socket: name, type, number.
const PROTOCOLS: [(&str, u16, u16); 3] = [("tcp", 1, 6), ("udp", 2, 17), ("icmp", 3, 1)];

/// Use of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetworkAccess {
    /// Permissions (`AA_MAY_…`).
    pub permissions: u32,
    /// Number of the address family.
    pub family: u16,
    /// Number of the socket type.
    pub kind: u16,
    /// Number of the protocol; 0 for the default one.
    pub protocol: u16,
}

impl NetworkAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<NetworkAccess, UsageError> {
        let permissions = words.permissions(bits::bits);
        let Some(word) = words.next() else {
            return Err(UsageError::new("the address family is missing: inet, inet6, netlink, …"));
        };
        let Some(family) = families::number(word) else {
            let known = families::ALL.iter().map(|&(name, _)| name).chain(bits::ALL.iter().map(|&(name, _)| name));
            return Err(UsageError::unknown(word, "neither a permission nor an address family", known));
        };
        if family == families::UNIX {
            return Err(UsageError::new("unix sockets are a class of their own: `unix [PERMISSIONS] TYPE [@NAME]`"));
        }
        let Some(word) = words.next() else {
            let types = sockets::ALL.iter().map(|&(name, _)| name).collect::<Vec<_>>().join(", ");
            return Err(UsageError::new(format!("the type of the socket is missing: {types}, tcp, udp or icmp")));
        };
        let by_protocol = PROTOCOLS.iter().find(|(name, ..)| name.as_bytes() == word);
        let (kind, mut protocol) = match (sockets::number(word), by_protocol) {
            (Some(kind), _) => (kind, 0),
            (None, Some(&(_, kind, protocol))) => (kind, protocol),
            (None, None) => {
                let known = sockets::ALL.iter().map(|&(name, _)| name).chain(PROTOCOLS.map(|(name, ..)| name));
                return Err(UsageError::unknown(word, "no type of socket", known));
            }
        };
        if let Some(word) = words.next() {
            let named = PROTOCOLS.iter().find(|(name, ..)| name.as_bytes() == word).map(|&(.., number)| number);
            let number = || std::str::from_utf8(word).ok()?.parse().ok();
            protocol = named.or_else(number).ok_or_else(|| {
                UsageError::unknown(word, "no protocol", PROTOCOLS.map(|(name, ..)| name))
                    .or_else("write tcp, udp, icmp or a number".into())
            })?;
        }
        let permissions = if permissions == 0 { bits::ANY } else { permissions };
        Ok(NetworkAccess { permissions, family, kind, protocol })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = coarse(profile, self.permissions, [self.family, self.kind, self.protocol]);
        if matches!(self.family, families::INET | families::INET6) && looks_at_addresses(profile, self) {
            plan.notes.push("the policy goes on to addresses and ports, which this question leaves out".into());
        }
        plan
    }
}

/// The look-ups by family, type and protocol.
pub(super) fn coarse(profile: &Profile, permissions: u32, [family, kind, protocol]: [u16; 3]) -> Plan {
    let mut plan = Plan::default();
    let class = [classes::NETWORK_V9, classes::NETWORK_V8].into_iter().find(|&class| mediates(profile, class));
    let way = if let Some(class) = class {
        let short = string(class, family, kind);
        let long = [&*short, &protocol.to_be_bytes()].concat();
        Way::Policy(Strings { attempts: vec![vec![short], vec![long]], goes_on: CONTINUE })
    } else {
        if profile.net_allowed_af.is_none() {
            plan.unmediated = Some("sockets are not mediated by this policy".into());
        }
        Way::Sockets { family, kind }
    };
    // The table of older kernels knows types of sockets only.
    let mask = |bit: u32| if class.is_some() { bit } else { 1 };
    for (name, bit) in each(permissions, bits::ALL) {
        plan.check(name, mask(bit), way.clone());
    }
    plan
}

fn string(class: u8, family: u16, kind: u16) -> Vec<u8> {
    [&[class][..], &family.to_be_bytes(), &kind.to_be_bytes()].concat()
}

/// Whether the policy has more to match behind the type of socket.
fn looks_at_addresses(profile: &Profile, access: &NetworkAccess) -> bool {
    let class = [classes::NETWORK_V9, classes::NETWORK_V8].into_iter().find(|&class| mediates(profile, class));
    let (Some(db), Some(class)) = (&profile.policydb, class) else { return false };
    let state = db.dfa.walk(db.start.unwrap_or(1), &string(class, access.family, access.kind));
    let state = usize::try_from(state).unwrap_or(usize::MAX);
    crate::analysis::ClassPerms::of_state(db, profile.version, state).allow & CONTINUE != 0
}

impl fmt::Display for NetworkAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("network")?;
        write_permissions(f, self.permissions, bits::ANY, bits::ALL)?;
        let number = |number: u16| number.to_string();
        let family = families::name(self.family).map_or_else(|| number(self.family), str::to_owned);
        if let Some((name, ..)) =
            PROTOCOLS.iter().find(|&&(_, kind, number)| (kind, number) == (self.kind, self.protocol))
        {
            return write!(f, " {family} {name}");
        }
        let kind = sockets::name(self.kind).map_or_else(|| number(self.kind), str::to_owned);
        write!(f, " {family} {kind}")?;
        if self.protocol == 0 { Ok(()) } else { write!(f, " {}", self.protocol) }
    }
}
