//! `dbus` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Group, Permissions};
use crate::source::Spanned;
use crate::vocab::DbusPermissions;

/// Access to D-Bus messages and services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DbusRule {
    /// The permissions; absent means those that fit the conditions.
    pub permissions: Option<Spanned<Permissions<DbusPermissions>>>,
    /// Conditions on this side.
    pub conditions: Vec<Spanned<Condition<DbusCondition>>>,
    /// `peer=(…)`: conditions on the other side.
    pub peer: Option<Spanned<Group<DbusCondition>>>,
}

conditions! {
    /// Conditions of a `dbus` rule.
    DbusCondition;
    /// The bus: `system`, `session` or the address of another.
    Bus = "bus": one pattern;
    /// A name on the bus.
    Name = "name": one pattern;
    /// The label of the peer.
    Label = "label": one pattern;
    /// The path of an object.
    Path = "path": one pattern;
    /// An interface.
    Interface = "interface": one pattern;
    /// A method or signal.
    Member = "member": one pattern;
}
