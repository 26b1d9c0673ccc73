//! Capabilities, which are masks and no strings.

use std::fmt;

use serde::Serialize;

/// Capabilities that differ the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// Their names; numbers where they have none.
    pub names: Vec<String>,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As many as the masks have bits, and more than Linux has.
        if self.names.len() == 64 {
            f.write_str("every capability")
        } else {
            write!(f, "capability {}", self.names.join(" "))
        }
    }
}
