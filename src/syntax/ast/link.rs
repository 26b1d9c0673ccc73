//! `link subset /a -> /b,`

use serde::{Deserialize, Serialize};

use crate::syntax::word::Word;

/// Permission to make a hard link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRule {
    /// Whether the link may not have more permissions than its target.
    pub subset: bool,
    /// The new name.
    pub link: Word,
    /// What it leads to.
    pub target: Word,
}
