//! Resolved `pivot_root` rules.

use serde::Serialize;

use super::Glob;

/// Permission to change the root file system. The target profile of the syntax has no effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PivotRootRule {
    /// `oldroot=`, slashes filtered.
    pub old_root: Option<Glob>,
    /// The new root, slashes filtered.
    pub new_root: Option<Glob>,
}
