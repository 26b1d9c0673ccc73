//! `network` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Group, Permissions};
use crate::source::Spanned;
use crate::syntax::word::Word;

/// Use of sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions>>,
    /// At most two words: address family, then type or protocol; a lone word may be either.
    pub sockets: Vec<Word>,
    /// Conditions on this side.
    pub conditions: Vec<Spanned<Condition>>,
    /// `peer=(…)`: conditions on the other side.
    pub peer: Option<Spanned<Group>>,
}
