//! `network` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Group, Named, Permissions};
use crate::source::Spanned;
use crate::vocab::{AddressFamily, IpAddress, NetworkPermissions, PortRange, SocketKind};

/// Use of sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetworkRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions<NetworkPermissions>>>,
    /// The address family. A lone word that is neither a family nor a type stands here.
    pub family: Option<Spanned<Named<AddressFamily>>>,
    /// The socket type or the protocol.
    pub socket: Option<Spanned<Named<SocketKind>>>,
    /// Conditions on this side.
    pub conditions: Vec<Spanned<Condition<NetworkCondition>>>,
    /// `peer=(…)`: conditions on the other side.
    pub peer: Option<Spanned<Group<NetworkCondition>>>,
}

conditions! {
    /// Conditions of a `network` rule.
    NetworkCondition;
    /// The address.
    Ip = "ip": one word(IpAddress);
    /// The port, or a range of ports.
    Port = "port": one word(PortRange);
    /// The network interface; on this side only.
    Interface = "interface": one pattern;
    /// The label.
    Label = "label": one pattern;
}
