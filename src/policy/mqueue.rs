//! Resolved `mqueue` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::{MqueueKind, MqueuePermissions};

/// Use of message queues.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MqueueRule {
    /// The permissions; all where none is written.
    pub permissions: MqueuePermissions,
    /// The kind of queue, from `type=` or the name; `None` means both.
    pub kind: Option<MqueueKind>,
    /// `label=`
    pub label: Option<Glob>,
    /// A path (POSIX) or a number (System V).
    pub name: Option<Glob>,
}
