//! `ptrace` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Permissions};
use crate::source::Spanned;

/// Tracing and being traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PtraceRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions>>,
    /// The conditions.
    pub conditions: Vec<Spanned<Condition>>,
}
