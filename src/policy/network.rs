//! Resolved `network` rules.

use serde::Serialize;

use super::{Glob, Rule, RuleKind, RuleOrigin, UnixRule};
use crate::vocab::{IpAddress, NetworkPermissions, PortRange, families};

/// Use of sockets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NetworkRule {
    /// The permissions; all where none is written.
    pub permissions: NetworkPermissions,
    /// The families with their types, ascending.
    pub families: Vec<FamilySelection>,
    /// Whether a family is named (`network inet …`), and not just a type or nothing.
    pub names_family: bool,
    /// Whether a type or protocol is named.
    pub names_type: bool,
    /// Conditions on this side.
    pub local: NetworkConditions,
    /// Conditions on the other side.
    pub peer: NetworkConditions,
}

impl Rule {
    /// The rules that this one also is: a network rule about the family `unix` holds for the addresses and peers of unix sockets,
    /// one rule for each type.
    #[must_use]
    pub fn derived(&self) -> Vec<Rule> {
        let RuleKind::Network(network) = &self.kind else { return Vec::new() };
        let Some(selection) = network.families.iter().find(|selection| selection.family == families::UNIX) else {
            return Vec::new();
        };
        let unix = |kind| {
            let unix = UnixRule {
                permissions: network.permissions,
                kind,
                address: None,
                peer_address: None,
                peer_label: network.peer.label.clone(),
                from_network: true,
            };
            // Priority and owner are no part of network rules.
            Rule { prefix: self.prefix, kind: RuleKind::Unix(unix), span: self.span, origin: RuleOrigin::Derived }
        };
        if selection.types == u32::MAX {
            return vec![unix(None)];
        }
        (0..32).filter(|number| selection.types & 1 << number != 0).map(|number| unix(Some(number))).collect()
    }
}

/// The part of one address family that a rule covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FamilySelection {
    /// The family's number.
    pub family: u16,
    /// A bit for each socket type number; `u32::MAX` means any type.
    pub types: u32,
    /// The protocol, where one is named: `icmp` (1) only, as `tcp` and `udp` mean types.
    pub protocol: Option<u16>,
}

/// Conditions on one side of a socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct NetworkConditions {
    /// `ip=`
    pub ip: Option<IpAddress>,
    /// `port=`
    pub port: Option<PortRange>,
    /// `interface=`; local side only.
    pub interface: Option<Glob>,
    /// `label=`
    pub label: Option<Glob>,
}

impl NetworkConditions {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ip.is_none() && self.port.is_none() && self.interface.is_none() && self.label.is_none()
    }
}
