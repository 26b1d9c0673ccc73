//! `io_uring` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Group, Permissions};
use crate::source::Spanned;

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IoUringRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions>>,
    /// `label=`
    pub conditions: Vec<Spanned<Condition>>,
    /// The label may stand in a group, whatever its name.
    pub group: Option<Spanned<Group>>,
}
