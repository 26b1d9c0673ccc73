//! io_uring.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, each, write_permissions, write_word};
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{classes, io_uring as bits};

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IoUringAccess {
    /// Permissions.
    pub permissions: u32,
    /// The label of the credentials that `override_creds` takes on.
    pub label: Option<Text>,
}

impl IoUringAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<IoUringAccess, UsageError> {
        let label = words.value("label").or_else(|| words.value("peer")).map(Text::from);
        let permissions = words.permissions(bits::bits);
        let label = label.or_else(|| words.next().map(Text::from));
        match (permissions, &label) {
            (bits::SQPOLL, None) => {}
            (_, Some(_)) if permissions & bits::OVERRIDE_CREDS != 0 => {}
            (0, Some(word)) => {
                let known = bits::ALL.iter().map(|&(name, _)| name);
                return Err(UsageError::unknown(word, "no permission for io_uring", known)
                    .or_else("write `sqpoll` or `override_creds LABEL`".into()));
            }
            (0, None) => return Err(UsageError::new("a permission is missing: `sqpoll` or `override_creds LABEL`")),
            (_, None) => return Err(UsageError::new("the label of the new credentials is missing")),
            (_, Some(_)) => return Err(UsageError::new("`sqpoll` has no label")),
        }
        Ok(IoUringAccess { permissions, label })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::IO_URING, "uses of io_uring");
        plan.binds_unconfined = true;
        for (name, bit) in each(self.permissions, bits::ALL) {
            let label = self.label.as_ref().map_or(&b""[..], |label| label);
            let label = if bit == bits::OVERRIDE_CREDS { label } else { b"" };
            plan.check(name, bit, Way::Policy(Strings::label(&[classes::IO_URING], label)));
        }
        plan
    }
}

impl fmt::Display for IoUringAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("io_uring")?;
        write_permissions(f, self.permissions, 0, bits::ALL)?;
        if let Some(label) = &self.label {
            f.write_str(" ")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}
