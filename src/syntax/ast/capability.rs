//! `capability chown setuid,`

use serde::{Deserialize, Serialize};

use crate::syntax::word::Word;

/// Capabilities; none named means all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilityRule {
    /// The names.
    pub names: Vec<Word>,
}
