//! User namespaces.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::Words;
use crate::blob::Profile;
use crate::vocab::classes;

const CREATE: u32 = 0x8;

/// The creation of a user namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
