//! `mqueue` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Permissions};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::vocab::{MqueueKind, MqueuePermissions};

/// Use of message queues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MqueueRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions<MqueuePermissions>>>,
    /// `type=` and `label=`
    pub conditions: Vec<Spanned<Condition<MqueueCondition>>>,
    /// The queue: a path (POSIX) or a number (System V).
    pub name: Option<Spanned<Pattern>>,
}

conditions! {
    /// Conditions of an `mqueue` rule.
    MqueueCondition;
    /// The kind of queue.
    Type = "type": one word(MqueueKind);
    /// The label of the queue.
    Label = "label": one pattern;
}
