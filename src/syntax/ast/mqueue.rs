//! `mqueue` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Permissions};
use crate::source::Spanned;
use crate::syntax::word::Word;

/// Use of message queues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MqueueRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions>>,
    /// `type=` and `label=`
    pub conditions: Vec<Spanned<Condition>>,
    /// The queue: a path (POSIX) or a number (System V).
    pub name: Option<Word>,
}
