//! Resolved `capability` rules.

use serde::Serialize;

/// Capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CapabilityRule {
    /// A bit for each; all 64 where none is named. What the kernel lacks is still in it.
    pub mask: u64,
}
