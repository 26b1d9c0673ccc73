//! What the runs of one process share.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use memchr::memmem;
use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::features::{Features, FeaturesError};
#[cfg(not(feature = "ide"))]
use crate::source::SourceError;
use crate::source::{DirEntry, FileKind, Loader, SourceId, SourceMap, Span};
use crate::syntax::ast::File;
use crate::syntax::parser::parse;

/// Sources, loader, and every file that was included so far: each is looked up, read and parsed once, whoever includes it, on
/// whichever thread. A session sees the files as they were when it first asked.
///
/// ```
/// use armorer::resolve::Session;
/// use armorer::source::Memory;
///
/// let session = Session::new(Memory::new().with("/base/tunables/global", "@{bin} = /bin /usr/bin\n"));
/// let input = session.sources.add("demo", *b"include <tunables/global>\n")?;
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
pub struct Session {
    /// Every text, those of the inputs too.
    pub sources: SourceMap,
    loader: Box<dyn Loader>,
    included: Files<Included>,
    features: Files<Features>,
    kinds: Answers<FileKind>,
    listings: Answers<Arc<[DirEntry]>>,
    /// For an editor, whose texts change.
    #[cfg(feature = "ide")]
    pub(super) living: super::living::Living,
}

/// What the loader said about paths: every profile asks for the same few hundred.
type Answers<T> = RwLock<FxHashMap<PathBuf, Result<T, (io::ErrorKind, String)>>>;

/// Files by path; whoever asks first reads one.
pub(super) type Files<T> = RwLock<FxHashMap<PathBuf, Arc<OnceLock<Shared<T>>>>>;

/// A file's contents, or what is wrong with it.
pub(super) type Shared<T> = Result<Arc<T>, Arc<Unusable>>;

/// A file, parsed.
#[derive(Debug)]
pub(crate) struct Included {
    pub(crate) file: File,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) source: SourceId,
    /// Length of the text.
    pub(super) len: usize,
}

/// Why a file's contents cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It cannot be read.
    Read(String),
    /// It is no features set.
    Features(FeaturesError),
}

impl Session {
    /// A session that finds included files through `loader`.
    #[must_use]
    pub fn new(loader: impl Loader + 'static) -> Self {
        Session {
            sources: SourceMap::new(),
            loader: Box::new(loader),
            included: RwLock::default(),
            features: RwLock::default(),
            kinds: Answers::default(),
            listings: Answers::default(),
            #[cfg(feature = "ide")]
            living: super::living::Living::default(),
        }
    }

    /// Forgets a file.
    #[cfg(feature = "ide")]
    pub(super) fn forget_file(&self, path: &Path) {
        self.included.write().unwrap_or_else(PoisonError::into_inner).remove(path);
        self.features.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Forgets what was said about paths: some are new, or gone.
    #[cfg(feature = "ide")]
    pub(crate) fn forget_paths(&self) {
        self.kinds.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.listings.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A session with the files that are read, and another loader.
    #[cfg(feature = "ide")]
    pub(super) fn forked(&self, loader: Box<dyn Loader>, living: super::living::Living) -> Session {
        use super::living::fork;
        let (included, features) = (fork(&self.included), fork(&self.features));
        let sources = self.sources.fork();
        Session { sources, loader, included, features, kinds: Answers::default(), listings: Answers::default(), living }
    }

    /// What finds and reads files.
    #[must_use]
    pub fn loader(&self) -> &dyn Loader {
        &*self.loader
    }

    /// What a path leads to.
    pub(crate) fn kind(&self, path: &Path) -> io::Result<FileKind> {
        answer(&self.kinds, path, || self.loader.kind(path))
    }

    /// The entries of a directory.
    pub(crate) fn entries(&self, path: &Path) -> io::Result<Arc<[DirEntry]>> {
        answer(&self.listings, path, || self.loader.read_dir(path).map(Arc::from))
    }

    /// An included file; `name` is how diagnostics call it.
    pub(super) fn included(&self, path: &Path, name: &str) -> Shared<Included> {
        shared(&self.included, path, || {
            let text = self.loader.read(path).map_err(|error| Unusable::Read(error.to_string()))?;
            let id = self.take(path, name, text).map_err(|error| Unusable::Read(error.to_string()))?;
            Ok(self.parsed(id))
        })
    }

    /// Takes in the text of a file.
    #[cfg(not(feature = "ide"))]
    fn take(&self, _: &Path, name: &str, text: Vec<u8>) -> Result<SourceId, SourceError> {
        self.sources.add(name, text)
    }

    /// A text of this session, parsed.
    #[cfg(not(feature = "ide"))]
    pub(crate) fn tree(&self, id: SourceId) -> Arc<Included> {
        Arc::new(self.parsed(id))
    }

    pub(super) fn parsed(&self, id: SourceId) -> Included {
        let (file, diagnostics) = self.parse(id);
        Included { file, diagnostics, source: id, len: self.sources.get(id).text().len() }
    }

    /// The included files that were read so far, each with its tree, in the order of their ids.
    pub(crate) fn trees(&self) -> Vec<(SourceId, Arc<Included>)> {
        let map = self.included.read().unwrap_or_else(PoisonError::into_inner);
        let files = map.values().filter_map(|cell| cell.get()?.as_ref().ok());
        let mut trees: Vec<_> = files.map(|included| (included.source, Arc::clone(included))).collect();
        trees.sort_by_key(|&(id, _)| id);
        trees
    }

    /// The text of an included file, for those who only show it.
    #[cfg(feature = "cache")]
    pub(crate) fn source(&self, path: &Path, name: &str) -> Option<SourceId> {
        self.included(path, name).ok().map(|included| included.source)
    }

    /// The tree of a text, and what there is to say about the text.
    fn parse(&self, id: SourceId) -> (File, Vec<Diagnostic>) {
        let source = self.sources.get(id);
        let parsed = parse(&source, id);
        let mut diagnostics: Vec<Diagnostic> = parsed.diagnostics.into_iter().collect();
        if let Some(at) = memmem::find(source.text(), b"\r\n").and_then(|at| u32::try_from(at).ok()) {
            let message = "lines end in CR LF, which armorer takes like LF";
            let note = Diagnostic::new(Code::CarriageReturn, message, Span::new(id, at, at + 1));
            diagnostics.push(note.with_help("apparmor_parser makes some of the CRs part of names"));
        }
        (parsed.file, diagnostics)
    }

    /// The features in an abi file.
    pub(super) fn features(&self, path: &Path) -> Shared<Features> {
        shared(&self.features, path, || {
            let text = self.loader.read(path).map_err(|error| Unusable::Read(error.to_string()))?;
            Features::parse(&text).map_err(Unusable::Features)
        })
    }
}

/// What was said about a path before, or is now.
fn answer<T: Clone>(map: &Answers<T>, path: &Path, ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let known = map.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let answer = known.unwrap_or_else(|| {
        let answer = ask().map_err(|error| (error.kind(), error.to_string()));
        map.write().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_insert(answer).clone()
    });
    answer.map_err(|(kind, message)| io::Error::new(kind, message))
}

/// Looks a path up, or makes its value: once, even where threads ask at the same time.
fn shared<T>(map: &Files<T>, path: &Path, make: impl FnOnce() -> Result<T, Unusable>) -> Shared<T> {
    let known = map.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let cell = known.unwrap_or_else(|| {
        Arc::clone(map.write().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default())
    });
    cell.get_or_init(|| make().map(Arc::new).map_err(Arc::new)).clone()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("sources", &self.sources).finish_non_exhaustive()
    }
}
