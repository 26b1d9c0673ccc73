//! Resolved `mqueue` rules.

use serde::Serialize;

use super::Glob;

/// Use of message queues.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MqueueRule {
    /// Natural bits of [`vocab::mqueue`](crate::vocab); all where none is written.
    pub permissions: u32,
    /// The kind of queue, from `type=` or the name; `None` means both.
    pub kind: Option<MqueueKind>,
    /// `label=`
    pub label: Option<Glob>,
    /// A path (POSIX) or a number (System V).
    pub name: Option<Glob>,
}

/// Kinds of message queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MqueueKind {
    /// `posix`
    Posix,
    /// `sysv`
    Sysv,
}
