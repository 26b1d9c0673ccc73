//! Resolved file and link rules.

use serde::Serialize;

use super::Glob;
use crate::source::Text;

/// A file or link rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FileRule {
    /// The path; slashes not filtered yet (aliases and merging look at it before).
    pub path: Glob,
    /// Permissions but for exec.
    pub access: FileAccess,
    /// Exec permission with its transition.
    pub exec: Option<Exec>,
    /// What a link permission may lead to.
    pub link: LinkTarget,
    /// A target in a rule without exec permission. It has no effect but a place in the transition table.
    pub unused_target: Option<ExecTarget>,
}

/// Permission letters of a file rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct FileAccess {
    /// `r`
    pub read: bool,
    /// `w`, which includes append.
    pub write: bool,
    /// Writing without appending: only what other rules imply has it.
    pub overwrite: bool,
    /// `a`
    pub append: bool,
    /// `l`
    pub link: bool,
    /// `k`
    pub lock: bool,
    /// `m`
    pub mmap: bool,
}

impl FileAccess {
    /// Every permission there is.
    pub const ALL: FileAccess =
        FileAccess { read: true, write: true, overwrite: false, append: false, link: true, lock: true, mmap: true };
}

/// What link permission may lead to.
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

/// Exec permission.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Exec {
    /// How the profile changes.
    pub kind: ExecKind,
    /// What happens where no profile is found.
    pub fallback: ExecFallback,
    /// Whether the environment is kept.
    pub keeps_environment: bool,
    /// Where `-> target` leads.
    pub target: Option<ExecTarget>,
}

/// How exec changes the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecKind {
    /// `x` alone: in deny rules, or behind `unsafe`.
    Bare,
    /// `ix`
    Inherit,
    /// `px`
    Profile,
    /// `cx`
    Child,
    /// `ux`
    Unconfined,
}

/// What happens where no profile is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecFallback {
    /// The exec fails.
    None,
    /// `pix`, `cix`
    Inherit,
    /// `pux`, `cux`
    Unconfined,
}

/// Where an exec with a target leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecTarget {
    /// A name for the transition table, as the kernel gets it (`:ns:` ends in NUL instead of the second colon).
    Named(Text),
    /// The child profile that matches the path.
    ChildByPath,
}
