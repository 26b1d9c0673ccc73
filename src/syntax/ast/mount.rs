//! `mount`, `remount` and `umount` rules.

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::source::Spanned;
use crate::syntax::word::Word;

/// Permission to mount, remount or unmount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountRule {
    /// Which of the three.
    pub operation: MountOperation,
    /// `fstype`, `options`
    pub conditions: Vec<Spanned<Condition>>,
    /// What is mounted; `mount` only.
    pub source: Option<Word>,
    /// Conditions behind the arrow; the grammar takes them, no rule may have them.
    pub point_conditions: Vec<Spanned<Condition>>,
    /// The mount point: behind the arrow of `mount`, the word of the others.
    pub point: Option<Word>,
}

/// The operations on mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MountOperation {
    /// `mount`
    Mount,
    /// `remount`
    Remount,
    /// `umount` or `unmount`
    Umount,
}
