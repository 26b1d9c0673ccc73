//! Changes of the profile, at once or at the next exec: the target's name; at the next exec the path of the executable, and the
//! target's name after a NUL.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::plan::{LookupPlace, LookupPlan, MatchStrings, components};
use super::reader::StringReader;
use super::words::{RemainingWords, write_word};
use crate::analysis::names::Quoted;
use crate::analysis::perms::{CHANGE_PROFILE, ONEXEC};
use crate::source::Text;

/// A change of the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeProfileAccess {
    /// The program at whose exec the profile changes; `None`: at once.
    pub program: Option<Text>,
    /// The target, `:ns:name` in another namespace; with a leading `&` it is stacked on the current profile.
    pub target: Text,
}

impl ChangeProfileAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<ChangeProfileAccess, AccessError> {
        if words.eat("->") {
            return Ok(ChangeProfileAccess { program: None, target: words.expect("the target")? });
        }
        let first = words.expect("the target")?;
        if words.eat("->") {
            return Ok(ChangeProfileAccess { program: Some(first), target: words.expect("the target")? });
        }
        Ok(ChangeProfileAccess { program: None, target: first })
    }

    pub(super) fn plan(&self) -> LookupPlan {
        let mut plan = LookupPlan::default();
        let (stack, label) = match self.target.strip_prefix(b"&") {
            Some(label) => (&b"&"[..], label),
            None => (&b""[..], &*self.target),
        };
        let to = |part: &[u8]| Text::from([stack, part].concat());
        let at_once = || MatchStrings::label(label, |part| AskedChangeProfile { target: to(part) }.encode());
        match &self.program {
            None => plan.check("change_profile", CHANGE_PROFILE, LookupPlace::File(at_once())),
            Some(program) => {
                // First that the change may be asked for, then that it may happen with this program.
                plan.check("onexec", ONEXEC, LookupPlace::File(at_once()));
                let pairs =
                    MatchStrings::label(label, |part| AskedOnexec { path: program.clone(), target: to(part) }.encode());
                plan.check("onexec of the program", ONEXEC, LookupPlace::OnExec { program: program.to_vec(), pairs });
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

/// A change of profile, at once or at the next exec, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedChangeProfile {
    /// The profile or stack to change to.
    pub target: Text,
}

/// A change of profile at the exec of a file, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedOnexec {
    /// The path of the executable.
    pub path: Text,
    /// The profile or stack to change to.
    pub target: Text,
}

impl AskedChangeProfile {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        // Kernels that do not stack profiles write a NUL after the namespace.
        let mut reader = StringReader::new(bytes);
        let target = match reader.closed_field() {
            Some(namespace) => [b":", namespace, b":", reader.rest()].concat(),
            None => bytes.to_vec(),
        };
        AskedChangeProfile { target: target.into() }
    }

    /// The string, for kernels that stack profiles.
    fn encode(&self) -> Vec<u8> {
        self.target.to_vec()
    }
}

impl AskedOnexec {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = StringReader::new(bytes);
        let path = Text::from(reader.field().unwrap_or_default());
        AskedOnexec { path, target: AskedChangeProfile::decode(reader.rest()).target }
    }

    fn encode(&self) -> Vec<u8> {
        [&*self.path, b"\0", &*self.target].concat()
    }
}

impl fmt::Display for AskedChangeProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change_profile to {}", Quoted(&self.target))
    }
}

impl fmt::Display for AskedOnexec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "change_profile at exec of {} to {}", Quoted(&self.path), Quoted(&self.target))
    }
}
