//! Resolved file and link rules.

use serde::Serialize;

use super::Glob;
use crate::source::Text;
use crate::vocab::{ExecMode, FilePermissions, file};

/// A file or link rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FileRule {
    /// The path; slashes not filtered yet (aliases and comparisons look at it before).
    pub path: Glob,
    /// Permissions but for exec.
    pub access: FilePermissions,
    /// Exec permission with its transition.
    pub exec: Option<Exec>,
    /// The permitted targets of a link permission.
    pub link: LinkTarget,
    /// A target in a rule without exec permission. It has no effect but a place in the transition table.
    pub unused_target: Option<ExecTarget>,
}

/// The permitted targets of a link permission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTarget {
    /// Anything with at least the link's permissions.
    #[default]
    Any,
    /// Paths that match; with `subset` they need at least the link's permissions.
    Path {
        /// The target; slashes not filtered yet.
        target: Glob,
        /// `subset`
        subset: bool,
    },
}

impl LinkTarget {
    /// The target's text, and whether it is a subset, where a target is written.
    pub(crate) fn written(&self) -> Option<(&Text, bool)> {
        match self {
            LinkTarget::Any => None,
            LinkTarget::Path { target, subset } => Some((&target.value, *subset)),
        }
    }
}

/// Exec permission.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Exec {
    /// The change of profile.
    pub mode: ExecMode,
    /// The target of `-> target`.
    pub target: Option<ExecTarget>,
}

impl Exec {
    /// The owner's half of the packed permission word; without an index where the target stands in the transition table.
    pub(crate) fn word(&self) -> u32 {
        let without = self.mode.word() & !file::EXEC_INDEX;
        match &self.target {
            None => self.mode.word(),
            Some(ExecTarget::ChildByPath) => without | file::INDEX_CHILD,
            Some(ExecTarget::Named(_)) => without,
        }
    }

    /// The target that stands in the transition table.
    pub(crate) fn table_target(&self) -> Option<&Text> {
        match &self.target {
            Some(ExecTarget::Named(name)) => Some(name),
            Some(ExecTarget::ChildByPath) | None => None,
        }
    }
}

/// The target of an exec.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecTarget {
    /// A name for the transition table, as the kernel gets it (`:ns:` ends in NUL instead of the second colon).
    Named(Text),
    /// The child profile that matches the path.
    ChildByPath,
}
