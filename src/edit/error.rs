//! Reasons why a text cannot be edited as asked for.

use crate::source::SourceMap;
use crate::syntax::NameError;

/// Reasons why an edit is refused. The text stays as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text has no profile of that name.
    #[error("no profile `{name}`{}; write the name of a child as `parent//child`", among(known))]
    UnknownProfile {
        /// The name that was looked for.
        name: String,
        /// The names of the profiles in the text.
        known: Vec<String>,
    },
    /// Several profiles have that name.
    #[error("{} profiles are named `{name}` (lines {}); give them different names first", lines.len(), listed(lines))]
    AmbiguousProfile {
        /// The name.
        name: String,
        /// The lines on which they begin, counted from 1.
        lines: Vec<u32>,
    },
    /// The rule to change does not stand there, nor in a qualifier block or conditional of it.
    #[error("no rule `{rule}` in {place}; it must be spelled as in the text")]
    NoSuchRule {
        /// The rule.
        rule: String,
        /// The profile, or the file.
        place: String,
    },
    /// The new rule cannot stand where the old one does: in a qualifier block that says something else, and in a conditional, out
    /// of which it must not be moved.
    #[error("`{rule}` contradicts the block around the rule on line {line}; remove that rule and add the new one")]
    OtherPrefix {
        /// The new rule.
        rule: String,
        /// The line of the old rule, counted from 1.
        line: u32,
    },
    /// A rule or flag whose text would be read as something else, or as more than one. A program that makes its nodes with
    /// [`Pattern`](crate::Pattern) and the builder methods of [`ast`](crate::ast) does not meet this.
    #[error("`{text}` is not exactly one {what}")]
    NotOne {
        /// The kind of the item: `rule` or `flag`.
        what: &'static str,
        /// The text that was refused.
        text: String,
    },
    /// The path of an include.
    #[error("not a path to include: {0}")]
    Include(#[from] NameError),
    /// The text would become larger than any that is read.
    #[error("the text would become larger than {} bytes", SourceMap::MAX_LEN)]
    TooLarge,
    /// The edited text would have another meaning than requested: a bug in armorer, please report it with the text.
    #[error(
        "the edited text would not have the requested meaning; this is a bug in armorer: please report it with the text"
    )]
    Unproved,
}

fn among(known: &[String]) -> String {
    if known.is_empty() { " in the text".into() } else { format!(" among `{}`", known.join("`, `")) }
}

fn listed(lines: &[u32]) -> String {
    lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
