//! Resolved `io_uring` rules.

use serde::Serialize;

use super::Glob;

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct IoUringRule {
    /// Bits of [`vocab::io_uring`](crate::vocab); all where none is written.
    pub permissions: u32,
    /// `label=`
    pub label: Option<Glob>,
}
