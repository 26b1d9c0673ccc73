//! Resolved `ptrace` rules.

use serde::Serialize;

use super::Glob;

/// Tracing and being traced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PtraceRule {
    /// Bits of [`vocab::ptrace`](crate::vocab); all where none is written.
    pub permissions: u32,
    /// `peer=`
    pub peer: Option<Glob>,
}
