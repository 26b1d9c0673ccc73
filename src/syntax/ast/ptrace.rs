//! `ptrace` rules.

use serde::{Deserialize, Serialize};

use super::condition::conditions;
use super::{Condition, Permissions};
use crate::source::Spanned;
use crate::vocab::PtracePermissions;

/// Tracing and being traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PtraceRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions<PtracePermissions>>>,
    /// The conditions.
    pub conditions: Vec<Spanned<Condition<PtraceCondition>>>,
}

conditions! {
    /// Conditions of a `ptrace` rule.
    PtraceCondition;
    /// The label of the other task.
    Peer = "peer": one pattern;
}
