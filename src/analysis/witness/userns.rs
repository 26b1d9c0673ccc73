//! User namespaces: the class is all there is.

use std::fmt;

use serde::Serialize;

use super::surplus;
use crate::source::Text;

/// A user namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Userns {
    /// What does not fit the format.
    pub rest: Text,
}

impl Userns {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        Userns { rest: Text::from(bytes) }
    }
}

impl fmt::Display for Userns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("userns")?;
        surplus(f, &self.rest)
    }
}
