//! User namespaces: the class is all there is.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::asked::surplus;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::words::RemainingWords;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::classes;

const CREATE: u32 = 0x8;

/// The creation of a user namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsernsAccess {}

impl UsernsAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<UsernsAccess, AccessError> {
        words.eat("create");
        Ok(UsernsAccess {})
    }

    pub(super) fn plan(self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::NAMESPACE, "user namespaces");
        plan.check("create", CREATE, LookupPlace::Policy(MatchStrings::one(vec![classes::NAMESPACE])));
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
pub struct AskedUserns {
    /// The bytes of a string that does not fit the format.
    pub rest: Text,
}

impl AskedUserns {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        AskedUserns { rest: Text::from(bytes) }
    }
}

impl fmt::Display for AskedUserns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("userns")?;
        surplus(f, &self.rest)
    }
}
