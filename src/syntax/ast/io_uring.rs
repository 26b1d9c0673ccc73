//! `io_uring` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Group, Permissions};
use crate::source::Spanned;
use crate::vocab::IoUringPermissions;

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IoUringRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions<IoUringPermissions>>>,
    /// `label=`
    pub conditions: Vec<Spanned<Condition<IoUringCondition>>>,
    /// The label may stand in a group, whatever its name.
    pub group: Option<Spanned<Group<IoUringCondition>>>,
}

conditions! {
    /// Conditions of an `io_uring` rule.
    IoUringCondition;
    /// The label of the task whose credentials are taken on.
    Label = "label": one pattern;
}
