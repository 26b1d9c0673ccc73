//! Files by path, and hard links by two paths.

use std::fmt;

use serde::Serialize;

use super::reader::Reader;
use crate::analysis::names::Quoted;
use crate::source::Text;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path.
    pub path: Text,
}

/// A hard link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its name.
    pub link: Text,
    /// The file it is a name for.
    pub target: Text,
}

impl File {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        File { path: Text::from(bytes) }
    }
}

impl Link {
    /// A NUL stands between the two.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let link = Text::from(reader.field().unwrap_or_default());
        Link { link, target: Text::from(reader.rest()) }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", Quoted(&self.path))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {} to {}", Quoted(&self.link), Quoted(&self.target))
    }
}
