//! Changes of profile: the target's name; at the next exec the path of the executable, and the target's name behind a NUL.

use std::fmt;

use serde::Serialize;

use super::reader::Reader;
use crate::analysis::names::Quoted;
use crate::source::Text;

/// A change of profile, at once or at the next exec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeProfile {
    /// The profile or stack to change to.
    pub target: Text,
}

/// A change of profile at the exec of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Onexec {
    /// The path of the executable.
    pub path: Text,
    /// The profile or stack to change to.
    pub target: Text,
}

impl ChangeProfile {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        // Kernels that do not stack profiles have a NUL behind the namespace.
        let mut reader = Reader::new(bytes);
        let target = match reader.closed_field() {
            Some(namespace) => [b":", namespace, b":", reader.rest()].concat(),
            None => bytes.to_vec(),
        };
        ChangeProfile { target: target.into() }
    }
}

impl Onexec {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let path = Text::from(reader.field().unwrap_or_default());
        Onexec { path, target: ChangeProfile::decode(reader.rest()).target }
    }
}

impl fmt::Display for ChangeProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change_profile to {}", Quoted(&self.target))
    }
}

impl fmt::Display for Onexec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change_profile at exec of {} to {}", Quoted(&self.path), Quoted(&self.target))
    }
}
