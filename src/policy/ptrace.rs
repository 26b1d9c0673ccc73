//! Resolved `ptrace` rules.

use serde::Serialize;

use super::Glob;
use crate::vocab::PtracePermissions;

/// Tracing and being traced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PtraceRule {
    /// The permissions; all where none is written.
    pub permissions: PtracePermissions,
    /// `peer=`
    pub peer: Option<Glob>,
}
