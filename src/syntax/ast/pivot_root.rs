//! `pivot_root oldroot=/old /new -> profile,`

use serde::{Deserialize, Serialize};

use super::Condition;
use super::condition::conditions;
use crate::source::Spanned;
use crate::syntax::Pattern;

/// Permission to change the root file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PivotRootRule {
    /// `oldroot=`
    pub conditions: Vec<Spanned<Condition<PivotRootCondition>>>,
    /// The directory of the new root.
    pub new_root: Option<Spanned<Pattern>>,
    /// A profile to change to; no compiler honours it.
    pub target: Option<Spanned<Pattern>>,
}

conditions! {
    /// Conditions of a `pivot_root` rule.
    PivotRootCondition;
    /// The place that the old root is moved to; the first value counts.
    OldRoot = "oldroot": many pattern;
}
