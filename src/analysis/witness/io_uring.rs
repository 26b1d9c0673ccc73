//! `io_uring`: nothing for polling, the label of the new credentials for those.

use std::fmt;

use serde::Serialize;

use super::value;
use crate::source::Text;

/// `io_uring`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IoUring {
    /// The label of the credentials.
    pub label: Option<Text>,
}

impl IoUring {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        IoUring { label: (!bytes.is_empty()).then(|| Text::from(bytes)) }
    }
}

impl fmt::Display for IoUring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("io_uring")?;
        value(f, "label", self.label.as_ref())
    }
}
