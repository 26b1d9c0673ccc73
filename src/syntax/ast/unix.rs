//! `unix` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Group, Permissions};
use crate::source::Spanned;
use crate::vocab::{NetworkPermissions, SocketType};

/// Access to unix sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnixRule {
    /// The permissions; absent means those that fit the conditions.
    pub permissions: Option<Spanned<Permissions<NetworkPermissions>>>,
    /// Conditions on this side.
    pub conditions: Vec<Spanned<Condition<UnixCondition>>>,
    /// `peer=(…)`: conditions on the other side.
    pub peer: Option<Spanned<Group<UnixCondition>>>,
}

conditions! {
    /// Conditions of a `unix` rule. The scanner takes each of them on both sides; resolving refuses those on the wrong one.
    UnixCondition;
    /// The type of both sockets.
    Type = "type": one word(SocketType);
    /// The address: `@name`, `none` or `auto`.
    Address = "addr": one pattern;
    /// The label of the peer.
    Label = "label": one pattern;
    /// A protocol, which no kernel mediates.
    Protocol = "protocol": one pattern;
}
