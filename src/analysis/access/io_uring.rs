//! `io_uring`: nothing for polling, the label of the new credentials for those.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::asked::value;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::words::{RemainingWords, each, names, write_permissions, write_word};
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{IoUringPermissions, Vocabulary, classes, io_uring as bits};

/// Use of io_uring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IoUringAccess {
    /// Permissions.
    pub permissions: u32,
    /// The label of the credentials that `override_creds` takes on.
    pub label: Option<Text>,
}

impl IoUringAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<IoUringAccess, AccessError> {
        let label = words.value("label").or_else(|| words.value("peer")).map(Text::from);
        let permissions = words.set::<IoUringPermissions>();
        let label = label.or_else(|| words.next().map(Text::from));
        match (permissions, &label) {
            (bits::SQPOLL, None) => {}
            (_, Some(_)) if permissions & bits::OVERRIDE_CREDS != 0 => {}
            (0, Some(word)) => {
                let known = IoUringPermissions::words();
                return Err(AccessError::unknown(word, "no permission for io_uring", known)
                    .or_else("write `sqpoll` or `override_creds LABEL`".into()));
            }
            (0, None) => return Err(AccessError::new("a permission is missing: `sqpoll` or `override_creds LABEL`")),
            (_, None) => return Err(AccessError::new("the label of the new credentials is missing")),
            (_, Some(_)) => return Err(AccessError::new("`sqpoll` has no label")),
        }
        Ok(IoUringAccess { permissions, label })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::IO_URING, "uses of io_uring");
        plan.binds_unconfined = true;
        for (name, bit) in each(self.permissions, names::<IoUringPermissions>()) {
            let label = self.label.as_deref().filter(|_| bit == bits::OVERRIDE_CREDS).unwrap_or_default();
            let string = |label: &[u8]| AskedIoUring { label: Some(label.into()) }.encode();
            let strings = MatchStrings::label(label, |label| [&[classes::IO_URING][..], &string(label)].concat());
            plan.check(name, bit, LookupPlace::Policy(strings));
        }
        plan
    }
}

impl fmt::Display for IoUringAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("io_uring")?;
        write_permissions::<IoUringPermissions>(f, self.permissions, 0)?;
        if let Some(label) = &self.label {
            f.write_str(" ")?;
            write_word(f, label)?;
        }
        Ok(())
    }
}

/// `io_uring`, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedIoUring {
    /// The label of the credentials.
    pub label: Option<Text>,
}

impl AskedIoUring {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        AskedIoUring { label: (!bytes.is_empty()).then(|| Text::from(bytes)) }
    }

    /// The string without the class.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.label.as_deref().unwrap_or_default().to_vec()
    }
}

impl fmt::Display for AskedIoUring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("io_uring")?;
        value(f, "label", self.label.as_ref())
    }
}
