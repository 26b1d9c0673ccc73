//! `unix` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Group, Permissions};
use crate::source::Spanned;

/// Access to unix sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnixRule {
    /// The permissions; absent means those that fit the conditions.
    pub permissions: Option<Spanned<Permissions>>,
    /// Conditions on this side.
    pub conditions: Vec<Spanned<Condition>>,
    /// `peer=(…)`: conditions on the other side.
    pub peer: Option<Spanned<Group>>,
}
