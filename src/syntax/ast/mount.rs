//! `mount`, `remount` and `umount` rules.

use serde::{Deserialize, Serialize};

use super::Condition;
use super::condition::conditions;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::vocab::{MountOperation, MountOption};

/// Permission to mount, remount or unmount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MountRule {
    /// The operation.
    pub operation: MountOperation,
    /// `fstype`, `options`
    pub conditions: Vec<Spanned<Condition<MountCondition>>>,
    /// The mounted device or directory; `mount` only.
    pub source: Option<Spanned<Pattern>>,
    /// Conditions after the arrow; the grammar takes them, no rule may have them.
    pub point_conditions: Vec<Spanned<Condition<MountCondition>>>,
    /// The mount point: after the arrow of `mount`, the word of the others.
    pub point: Option<Spanned<Pattern>>,
}

conditions! {
    /// Conditions of a mount rule.
    MountCondition;
    /// The types of the file system.
    Fstype = "fstype" | "vfstype": many pattern;
    /// Options: with `=` those that must be set, with `in` those that may be.
    Options = "options" | "option": many word(MountOption);
}
