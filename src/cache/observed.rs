//! State of the file system when a policy was compiled.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Hash;
use crate::policy::Dependency;
use crate::resolve::Session;
use crate::source::{DirEntry, FileKind};

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Observed {
    /// A path led to a file, a directory, something else, or nowhere.
    Kind(PathBuf, ObservedKind),
    /// A file had these contents.
    Contents(PathBuf, Hash),
    /// A directory had these entries.
    Entries(PathBuf, Hash),
}

/// The kind of file that a path led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum ObservedKind {
    Missing,
    File,
    Directory,
    Other,
}

impl ObservedKind {
    fn of(kind: Option<FileKind>) -> ObservedKind {
        match kind {
            None => ObservedKind::Missing,
            Some(FileKind::File) => ObservedKind::File,
            Some(FileKind::Directory) => ObservedKind::Directory,
            Some(FileKind::Other) => ObservedKind::Other,
        }
    }
}

/// The most observations that are remembered.
const MAX_KNOWN: usize = 1 << 16;

/// The observations of this run, so that files which many profiles include are read once.
#[derive(Debug, Default)]
pub(super) struct Observations {
    known: RwLock<FxHashMap<Observed, bool>>,
}

impl Observations {
    pub(super) fn forget(&self) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether an observation still holds.
    pub(super) fn holds(&self, seen: &Observed, session: &Session) -> bool {
        if let Some(&known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(seen) {
            return known;
        }
        let loader = session.loader();
        let holds = match seen {
            // What cannot be looked at is as good as missing, as it is for the resolver.
            Observed::Kind(path, kind) => ObservedKind::of(loader.kind(path).ok()) == *kind,
            Observed::Contents(path, hash) => loader.read(path).is_ok_and(|text| contents(&text) == *hash),
            Observed::Entries(path, hash) => loader.read_dir(path).is_ok_and(|list| entries(&list) == *hash),
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(seen.clone(), holds);
        holds
    }
}

/// Returns the stored form of a dependency.
pub(super) fn observed(dependency: &Dependency, session: &Session) -> Observed {
    match dependency {
        Dependency::Kind { path, kind } => Observed::Kind(path.clone(), ObservedKind::of(*kind)),
        Dependency::File { path, source } => {
            Observed::Contents(path.clone(), contents(session.sources.get(*source).text()))
        }
        Dependency::Features { path, features } => Observed::Contents(path.clone(), contents(features.to_text())),
        Dependency::Directory { path, entries: list } => Observed::Entries(path.clone(), entries(list)),
    }
}

fn contents(text: &[u8]) -> Hash {
    Sha256::digest(text).into()
}

/// Names and kinds, in the order of the names.
fn entries(list: &[DirEntry]) -> Hash {
    let mut lines: Vec<String> = list.iter().map(|entry| format!("{}\0{:?}\n", entry.name, entry.kind)).collect();
    lines.sort_unstable();
    Sha256::digest(lines.concat()).into()
}
