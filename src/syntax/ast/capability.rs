//! `capability chown setuid,`

use serde::{Deserialize, Serialize};

use super::Named;
use crate::source::Spanned;
use crate::vocab::Capability;

/// Capabilities; none named means all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapabilityRule {
    /// The names.
    pub names: Vec<Spanned<Named<Capability>>>,
}
