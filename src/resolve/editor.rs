//! Sessions of an editor: texts change, and what was read of them is forgotten.

use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Session;
use super::session::{FilesByPath, IncludedFile, UnusableFile};
use crate::source::{Loader, SourceError, SourceId};

/// The state of a session whose files may change.
#[derive(Debug, Default)]
pub(super) struct EditorState {
    /// Under which id each file was read: a changed text takes the place of the old one, so that texts do not pile up.
    ids: RwLock<FxHashMap<PathBuf, SourceId>>,
    /// The texts that have not changed since.
    texts: RwLock<FxHashSet<PathBuf>>,
    /// The trees of files by the ids of their texts.
    trees: RwLock<FxHashMap<SourceId, Arc<IncludedFile>>>,
}

impl Session {
    /// A file as an input: read and parsed once, whether it is included by others or not.
    ///
    /// # Errors
    /// The error of the loader.
    pub(crate) fn open(&self, path: &Path) -> Result<Arc<IncludedFile>, String> {
        let included = self.included(path, &path.display().to_string()).map_err(|unusable| match &*unusable {
            UnusableFile::Read(error) => error.clone(),
            UnusableFile::Features(error) => error.to_string(),
        })?;
        let mut trees = self.library.editor.trees.write().unwrap_or_else(PoisonError::into_inner);
        trees.insert(included.source, Arc::clone(&included));
        Ok(included)
    }

    /// The text of a file of whatever kind, unless it was read before.
    ///
    /// # Errors
    /// The error of the loader.
    pub(crate) fn text(&self, path: &Path) -> Result<SourceId, String> {
        let known = self.library.editor.texts.read().unwrap_or_else(PoisonError::into_inner).contains(path);
        let id = self.library.editor.ids.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        if let Some(id) = id.filter(|_| known) {
            return Ok(id);
        }
        let text = self.loader().read(path).map_err(|error| error.to_string())?;
        self.take(path, &path.display().to_string(), text).map_err(|error| error.to_string())
    }

    /// Takes in a text under a path that has no file.
    ///
    /// # Errors
    /// When it is too large.
    pub(crate) fn put(&self, path: &Path, text: &[u8]) -> Result<SourceId, SourceError> {
        self.take(path, &path.display().to_string(), text.to_vec())
    }

    /// A text of this session, parsed.
    pub(crate) fn tree(&self, id: SourceId) -> Arc<IncludedFile> {
        let known = self.library.editor.trees.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        known.unwrap_or_else(|| Arc::new(self.parsed(id)))
    }

    /// Forgets a file, whose text has changed.
    pub(crate) fn forget(&self, path: &Path) {
        let id = self.library.editor.ids.read().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        if let Some(id) = id {
            self.library.editor.trees.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        }
        self.library.editor.texts.write().unwrap_or_else(PoisonError::into_inner).remove(path);
        self.forget_file(path);
    }

    /// The same files, for another thread; what changes here later does not show there. Files that are not read yet come from
    /// the loader.
    pub(crate) fn fork(&self, loader: impl Loader + 'static) -> Session {
        let ids = self.library.editor.ids.read().unwrap_or_else(PoisonError::into_inner).clone();
        let trees = self.library.editor.trees.read().unwrap_or_else(PoisonError::into_inner).clone();
        let texts = self.library.editor.texts.read().unwrap_or_else(PoisonError::into_inner).clone();
        let editor = EditorState { ids: RwLock::new(ids), texts: RwLock::new(texts), trees: RwLock::new(trees) };
        self.forked(Arc::new(loader), editor)
    }

    /// Takes in the text of a file, in the place of an older one.
    pub(super) fn take(&self, path: &Path, name: &str, text: Vec<u8>) -> Result<SourceId, SourceError> {
        self.library.editor.texts.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        let mut ids = self.library.editor.ids.write().unwrap_or_else(PoisonError::into_inner);
        match ids.entry(path.to_owned()) {
            Entry::Occupied(entry) => {
                let id = *entry.get();
                self.sources.replace(id, text)?;
                Ok(id)
            }
            Entry::Vacant(entry) => Ok(*entry.insert(self.sources.add_shared(name, text)?)),
        }
    }
}

/// The files that are read.
pub(super) fn fork<T>(files: &FilesByPath<T>) -> FilesByPath<T> {
    let files = files.read().unwrap_or_else(PoisonError::into_inner);
    let read = files.iter().filter_map(|(path, cell)| {
        // Not the cell itself: a file that another session reads has its id there.
        let cell = OnceLock::from(cell.get()?.clone());
        Some((path.clone(), Arc::new(cell)))
    });
    RwLock::new(read.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::features::Features;
    use crate::resolve::{ResolveOptions, resolve};
    use crate::source::{DirEntry, FileKind, Memory};

    /// Files that a test changes.
    #[derive(Clone)]
    struct Changing(Arc<Mutex<Memory>>);

    impl Loader for Changing {
        fn kind(&self, path: &Path) -> std::io::Result<FileKind> {
            self.0.lock().unwrap().kind(path)
        }
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            self.0.lock().unwrap().read(path)
        }
        fn read_dir(&self, path: &Path) -> std::io::Result<Vec<DirEntry>> {
            self.0.lock().unwrap().read_dir(path)
        }
    }

    fn codes(session: &Session) -> Vec<String> {
        let options = ResolveOptions { base: "/b".into(), ..ResolveOptions::new(Arc::new(Features::default_policy())) };
        let input = session.open(Path::new("/b/p")).unwrap().source;
        let mut diagnostics = Diagnostics::new();
        resolve(session, input, &options, &mut diagnostics);
        let all = diagnostics.into_vec();
        all.iter().map(|each| format!("{} {}", session.sources.describe(each.span()), each.code)).collect()
    }

    #[test]
    fn a_changed_file_is_read_again_in_its_place() {
        let tree = Memory::new().with("/b/p", "abi <kernel>,\nprofile p { include <i> }\n").with("/b/i", "/a r,\n");
        let files = Changing(Arc::new(Mutex::new(tree.clone())));
        let session = Session::new(files.clone());
        assert!(codes(&session).is_empty());
        let fork = session.fork(files.0.lock().unwrap().clone());
        *files.0.lock().unwrap() = tree.with("/b/i", "\n/a r\n");
        assert!(codes(&session).is_empty(), "nobody has said that it has changed");
        for _ in 0..100 {
            session.forget(Path::new("/b/i"));
            assert_eq!(codes(&session), ["/b/i:2:5 missing-comma"]);
        }
        assert!(codes(&fork).is_empty(), "the fork sees what was");
        assert_eq!(session.sources.counts(), (0, 2), "old texts do not pile up");
    }

    #[test]
    fn files_that_come_and_go() {
        let tree = Memory::new().with("/b/p", "abi <kernel>,\nprofile p { include <i> }\n");
        let files = Changing(Arc::new(Mutex::new(tree.clone())));
        let session = Session::new(files.clone());
        assert_eq!(codes(&session), ["/b/p:2:22 include-open"]);
        *files.0.lock().unwrap() = tree.with("/b/i", "/a r,\n");
        session.forget_paths();
        assert!(codes(&session).is_empty());
    }
}
