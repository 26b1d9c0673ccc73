//! The texts of an editor over the files of the disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::source::{DirEntry, FileKind, FileSystem, Loader};

/// Texts by path. What is not among them is on the disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlay {
    texts: Arc<RwLock<Texts>>,
}

/// Shared with the snapshots that see them; changed by making a new map.
type Texts = Arc<BTreeMap<PathBuf, Arc<[u8]>>>;

impl Overlay {
    /// Puts a text over a path.
    pub(super) fn set(&self, path: PathBuf, text: Arc<[u8]>) {
        Arc::make_mut(&mut self.texts.write().unwrap_or_else(PoisonError::into_inner)).insert(path, text);
    }

    /// Uncovers a path.
    pub(super) fn remove(&self, path: &Path) {
        Arc::make_mut(&mut self.texts.write().unwrap_or_else(PoisonError::into_inner)).remove(path);
    }

    /// The same texts, whatever happens to these later.
    pub(super) fn snapshot(&self) -> Overlay {
        Overlay { texts: Arc::new(RwLock::new(self.now())) }
    }

    fn now(&self) -> Texts {
        Arc::clone(&self.texts.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Loader for Overlay {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        if self.now().contains_key(path) { Ok(FileKind::File) } else { FileSystem.kind(path) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.now().get(path) {
            Some(text) => Ok(text.to_vec()),
            None => FileSystem.read(path),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let texts = self.now();
        let new = texts.keys().filter(|text| text.parent() == Some(path)).filter_map(|text| text.file_name());
        let mut entries = match FileSystem.read_dir(path) {
            Err(error) if new.clone().next().is_none() => return Err(error),
            entries => entries.unwrap_or_default(),
        };
        for name in new {
            let name = name.to_string_lossy();
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(DirEntry { name: name.into_owned(), kind: Ok(FileKind::File) });
            }
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lie_over_files() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a"), "disk").unwrap();
        let path = |name: &str| directory.path().join(name);
        let overlay = Overlay::default();
        overlay.set(path("a"), b"editor"[..].into());
        overlay.set(path("new"), b"text"[..].into());
        let before = overlay.snapshot();
        overlay.remove(&path("a"));
        assert_eq!(
            (overlay.read(&path("a")).unwrap(), before.read(&path("a")).unwrap()),
            (b"disk".into(), b"editor".into())
        );
        assert_eq!(overlay.kind(&path("new")).unwrap(), FileKind::File);
        let mut names: Vec<_> =
            overlay.read_dir(directory.path()).unwrap().into_iter().map(|entry| entry.name).collect();
        names.sort();
        assert_eq!(names, ["a", "new"]);
        assert!(overlay.read_dir(&path("nowhere")).is_err());
    }
}
