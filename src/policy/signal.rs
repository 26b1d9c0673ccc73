//! Resolved `signal` rules.

use serde::Serialize;

use super::Glob;

/// Sending and receiving signals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SignalRule {
    /// Bits of [`vocab::signals`](crate::vocab); all where none is written.
    pub permissions: u32,
    /// Signal numbers, ascending; empty means any.
    pub signals: Vec<u8>,
    /// `peer=`
    pub peer: Option<Glob>,
}
