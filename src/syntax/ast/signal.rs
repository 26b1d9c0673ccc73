//! `signal` rules.

use serde::{Deserialize, Serialize};

use super::{Condition, Permissions};
use crate::source::Spanned;

/// Sending and receiving signals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalRule {
    /// The permissions; absent means all.
    pub permissions: Option<Spanned<Permissions>>,
    /// The conditions.
    pub conditions: Vec<Spanned<Condition>>,
}
