//! Attachment: whether a profile applies to an executable that is started from outside of any profile.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Way};
use super::words::{Words, write_word};
use crate::analysis::perms::EXEC;
use crate::source::Text;

/// The start of an executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttachAccess {
    /// Its path.
    pub path: Text,
}

impl AttachAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<AttachAccess, UsageError> {
        Ok(AttachAccess { path: words.expect("the path of the executable")? })
    }

    pub(super) fn plan(&self) -> Plan {
        // Which profile a program runs under is no question of what that profile confines.
        let mut plan = Plan { binds_unconfined: true, ..Plan::default() };
        plan.check("attach", EXEC, Way::Attachment(self.path.to_vec()));
        plan.notes.push("another profile with a longer match may come first".into());
        plan
    }
}

impl fmt::Display for AttachAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attach ")?;
        write_word(f, &self.path)
    }
}
