//! `capability chown setuid,`

use serde::{Deserialize, Serialize};

use super::Named;
use crate::source::Spanned;
use crate::vocab::Capability;

/// Capabilities; none named means all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilityRule {
    /// The names.
    pub names: Vec<Spanned<Named<Capability>>>,
}
