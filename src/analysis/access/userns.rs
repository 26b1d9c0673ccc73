//! User namespaces: the class is all there is.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::asked::surplus;
use super::plan::{Plan, Strings, Way};
use super::words::Words;
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::classes;

const CREATE: u32 = 0x8;

/// The creation of a user namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsernsAccess {}

impl UsernsAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<UsernsAccess, UsageError> {
        words.eat("create");
        Ok(UsernsAccess {})
    }

    pub(super) fn plan(self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::NAMESPACE, "user namespaces");
        plan.check("create", CREATE, Way::Policy(Strings::one(vec![classes::NAMESPACE])));
        plan
    }
}

impl fmt::Display for UsernsAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("userns create")
    }
}

/// A user namespace, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Userns {
    /// The bytes of a string that does not fit the format.
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
