//! Changes of the profile, at once or at the next exec.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way, components};
use super::words::{Words, write_word};
use crate::analysis::perms::{CHANGE_PROFILE, ONEXEC};
use crate::source::Text;

/// A change of the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeProfileAccess {
    /// The program at whose exec the profile changes; `None`: at once.
    pub program: Option<Text>,
    /// The target, `:ns:name` in another namespace; with a leading `&` it is stacked on the current profile.
    pub target: Text,
}

impl ChangeProfileAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<ChangeProfileAccess, UsageError> {
        if words.eat("->") {
            return Ok(ChangeProfileAccess { program: None, target: words.expect("the target")? });
        }
        let first = words.expect("the target")?;
        if words.eat("->") {
            return Ok(ChangeProfileAccess { program: Some(first), target: words.expect("the target")? });
        }
        Ok(ChangeProfileAccess { program: None, target: first })
    }

    pub(super) fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        let (stack, label) = match self.target.strip_prefix(b"&") {
            Some(label) => (&b"&"[..], label),
            None => (&b""[..], &*self.target),
        };
        match &self.program {
            None => plan.check("change_profile", CHANGE_PROFILE, Way::File(Strings::label(stack, label))),
            Some(program) => {
                // First that the change may be asked for, then that it may happen with this program.
                plan.check("onexec", ONEXEC, Way::File(Strings::label(stack, label)));
                let prefix = [&**program, b"\0", stack].concat();
                let pairs = Strings::label(&prefix, label);
                plan.check("onexec of the program", ONEXEC, Way::OnExec { program: program.to_vec(), pairs });
            }
        }
        if components(label).any(|part| part.starts_with(b":") && part.windows(3).any(|three| three == b"://")) {
            plan.notes.push("kernels write a target in another namespace `:ns:name`, never `:ns://name`".into());
        }
        plan
    }
}

impl fmt::Display for ChangeProfileAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("change_profile ")?;
        if let Some(program) = &self.program {
            write_word(f, program)?;
            f.write_str(" -> ")?;
        }
        write_word(f, &self.target)
    }
}
