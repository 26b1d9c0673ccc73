//! Resolved `signal` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::{Signal, SignalPermissions};

/// Sending and receiving signals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SignalRule {
    /// The permissions; all where none is written.
    pub permissions: SignalPermissions,
    /// The signals, by number; none means any.
    pub signals: Vec<Signal>,
    /// `peer=`
    pub peer: Option<Glob>,
}
