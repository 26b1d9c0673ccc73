//! Resolved `network` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::{IpAddress, NetworkPermissions, PortRange};

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

/// What a rule covers of one address family.
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
