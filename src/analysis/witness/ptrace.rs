//! ptrace: the label of the other process.

use std::fmt;

use serde::Serialize;

use super::value;
use crate::source::Text;

/// ptrace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ptrace {
    /// The label of the other process.
    pub peer: Option<Text>,
}

impl Ptrace {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        Ptrace { peer: (!bytes.is_empty()).then(|| Text::from(bytes)) }
    }
}

impl fmt::Display for Ptrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ptrace")?;
        value(f, "peer", self.peer.as_ref())
    }
}
