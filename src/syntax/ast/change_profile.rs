//! `change_profile unsafe /bin/x -> other,`

use serde::{Deserialize, Serialize};

use super::Safety;
use crate::source::Spanned;
use crate::syntax::Pattern;

/// Permission to change to another profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeProfileRule {
    /// `safe` or `unsafe`
    pub safety: Option<Safety>,
    /// The executable at whose exec the change may happen.
    pub exec: Option<Spanned<Pattern>>,
    /// The profile; absent means any.
    pub target: Option<Spanned<Pattern>>,
}
