//! Reasons why there is no draft.

use crate::{CompileError, NameError, PatternError};

/// Reasons why no profile can be drafted. Text of the input in a message is escaped and bounded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// A file cannot be read, or is not of the kind that it must be.
    #[error("{path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
    /// There is no program of that name.
    #[error("no program `{program}` in the usual directories")]
    NotFound {
        /// The name.
        program: String,
    },
    /// The unit has nothing that a profile can be drafted from.
    #[error("unit {unit}: {reason}")]
    Unit {
        /// The unit.
        unit: String,
        /// The reason.
        reason: String,
    },
    /// The text is not what it should be.
    #[error("not a valid {what}: {reason}")]
    Text {
        /// The kind of text.
        what: &'static str,
        /// The reason.
        reason: String,
    },
    /// No profile can have the name that the input gives it.
    #[error("`{name}` cannot be the name of the profile: {reason}")]
    Name {
        /// The name.
        name: String,
        /// The reason.
        #[source]
        reason: NameError,
    },
    /// No rule can have a path of the input.
    #[error("no rule for `{path}`: {reason}")]
    Path {
        /// The path.
        path: String,
        /// The reason.
        #[source]
        reason: PatternError,
    },
    /// Two profiles of one file would have the same name.
    #[error("two services have a profile `{name}`")]
    SameName {
        /// The name.
        name: String,
    },
    /// The input asks for more than a draft is made of.
    #[error("no draft: {reason}")]
    Limit {
        /// The limit.
        reason: String,
    },
    /// The tree of profiles has errors, or lacks a file.
    #[error("the tree of profiles: {reason}")]
    Tree {
        /// The reason.
        reason: String,
    },
}

impl DraftError {
    /// The error of a compiler that was given text of armorer's own.
    pub(super) fn tree(error: &CompileError) -> DraftError {
        let reason = match error {
            CompileError::Rejected(diagnosis) => diagnosis.to_string().lines().next().unwrap_or_default().to_owned(),
            other => other.to_string(),
        };
        DraftError::Tree { reason }
    }
}
