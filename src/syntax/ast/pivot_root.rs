//! `pivot_root oldroot=/old /new -> profile,`

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::source::Spanned;
use crate::syntax::word::Word;

/// Permission to change the root file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PivotRootRule {
    /// `oldroot=`
    pub conditions: Vec<Spanned<Condition>>,
    /// Where the new root is.
    pub new_root: Option<Word>,
    /// A profile to change to; no compiler honours it.
    pub target: Option<Word>,
}
