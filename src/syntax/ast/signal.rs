//! `signal` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Permissions};
use crate::source::Spanned;
use crate::vocab::{Signal, SignalPermissions};

/// Sending and receiving signals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignalRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions<SignalPermissions>>>,
    /// The conditions.
    pub conditions: Vec<Spanned<Condition<SignalCondition>>>,
}

conditions! {
    /// Conditions of a `signal` rule.
    SignalCondition;
    /// The signals.
    Set = "set": many word(Signal);
    /// The label of the other task.
    Peer = "peer": one pattern;
}
