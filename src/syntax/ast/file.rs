//! File rules, in both orders.

use serde::{Deserialize, Serialize};

use crate::source::Spanned;
use crate::source::Text;
use crate::syntax::word::Word;

/// Access to files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRule {
    /// Whether the keyword `file` is written.
    pub keyword: bool,
    /// `safe` or `unsafe`
    pub safety: Option<Safety>,
    /// What follows.
    pub body: FileBody,
}

/// The forms of a file rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileBody {
    /// `file,`
    All,
    /// `/path rw -> target,` or, leading, `rw subset /path -> target,`
    Access {
        /// Whether the permissions stand before the path.
        leading: bool,
        /// `subset`; leading form only.
        subset: bool,
        /// The path.
        path: Word,
        /// The permission letters as written.
        permissions: Spanned<Text>,
        /// The exec target or link target.
        target: Option<Word>,
    },
}

/// Whether exec cleans the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// It does.
    Safe,
    /// It does not.
    Unsafe,
}
