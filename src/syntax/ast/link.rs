//! `link subset /a -> /b,`

use serde::{Deserialize, Serialize};

use crate::source::Spanned;
use crate::syntax::Pattern;

/// Permission to make a hard link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkRule {
    /// Whether the link may not have more permissions than its target.
    pub subset: bool,
    /// The new name.
    pub link: Spanned<Pattern>,
    /// The target of the link.
    pub target: Spanned<Pattern>,
}
