//! Resolved `io_uring` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::IoUringPermissions;

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct IoUringRule {
    /// The permissions; all where none is written.
    pub permissions: IoUringPermissions,
    /// `label=`
    pub label: Option<Glob>,
}
