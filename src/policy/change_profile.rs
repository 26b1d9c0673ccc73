//! Resolved `change_profile` rules.

use serde::Serialize;

use super::{Glob, Safety};

/// Permission to change to another profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ChangeProfileRule {
    /// `safe`, `unsafe`
    pub safety: Option<Safety>,
    /// The executable at whose exec the change may happen.
    pub exec: Option<Glob>,
    /// The profile; `None` means any.
    pub target: Option<Glob>,
}

impl ChangeProfileRule {
    /// The text of the target; `**` stands for an absent one.
    pub(crate) fn target_text(&self) -> &[u8] {
        self.target.as_ref().map_or(b"**", |target| &target.value)
    }
}
