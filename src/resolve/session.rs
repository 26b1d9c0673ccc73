//! State shared by the runs of one process.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
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
/// whichever thread. A session sees the files as they were when it first asked, as do those that it begins.
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
    /// Every text: its inputs, and the included files.
    pub sources: Arc<SourceMap>,
    pub(super) library: Arc<SharedFiles>,
}

/// The files that sessions share.
pub(super) struct SharedFiles {
    loader: Arc<dyn Loader>,
    included: FilesByPath<IncludedFile>,
    features: FilesByPath<Features>,
    kinds: LoaderAnswers<FileKind>,
    listings: LoaderAnswers<Arc<[DirEntry]>>,
    /// The approximate number of bytes that all of that takes, not counting trees.
    held: AtomicUsize,
    /// The state of an editor's session, whose texts change.
    #[cfg(feature = "ide")]
    pub(super) editor: super::editor::EditorState,
}

impl SharedFiles {
    fn new(loader: Arc<dyn Loader>) -> SharedFiles {
        SharedFiles {
            loader,
            included: RwLock::default(),
            features: RwLock::default(),
            kinds: LoaderAnswers::default(),
            listings: LoaderAnswers::default(),
            held: AtomicUsize::new(0),
            #[cfg(feature = "ide")]
            editor: super::editor::EditorState::default(),
        }
    }
}

/// The approximate number of bytes that it takes to remember a path.
const ENTRY: usize = 128;

/// The loader's results for paths: every profile asks for the same few hundred. As text, for paths take long to hash.
type LoaderAnswers<T> = RwLock<FxHashMap<OsString, Result<T, (io::ErrorKind, String)>>>;

/// Files by path; whoever asks first reads one.
pub(super) type FilesByPath<T> = RwLock<FxHashMap<PathBuf, Arc<OnceLock<SharedContents<T>>>>>;

/// A file's contents, or what is wrong with it.
pub(super) type SharedContents<T> = Result<Arc<T>, Arc<UnusableFile>>;

/// A file, parsed.
#[derive(Debug)]
pub(crate) struct IncludedFile {
    pub(crate) file: File,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) source: SourceId,
    /// Length of the text.
    pub(super) len: usize,
}

/// Reasons why a file's contents cannot be used.
#[derive(Debug)]
pub(super) enum UnusableFile {
    /// It cannot be read.
    Read(String),
    /// It is not a feature set.
    Features(FeaturesError),
}

impl Session {
    /// A session that finds included files through `loader`.
    #[must_use]
    pub fn new(loader: impl Loader + 'static) -> Self {
        Session { sources: Arc::default(), library: Arc::new(SharedFiles::new(Arc::new(loader))) }
    }

    /// A session without inputs that shares the files that were included, and those that it includes itself.
    pub(crate) fn begin(&self) -> Session {
        Session { sources: Arc::new(self.sources.sharing()), library: Arc::clone(&self.library) }
    }

    /// A session with the same loader that has read nothing.
    pub(crate) fn fresh(&self) -> Session {
        Session { sources: Arc::default(), library: Arc::new(SharedFiles::new(Arc::clone(&self.library.loader))) }
    }

    /// Returns the approximate number of bytes of the included files that it shares, and of the paths that were looked for.
    pub(crate) fn held(&self) -> usize {
        self.library.held.load(Ordering::Relaxed)
    }

    fn hold(&self, path: &Path, bytes: usize) {
        self.library.held.fetch_add(ENTRY + path.as_os_str().len() + bytes, Ordering::Relaxed);
    }

    /// Lets go of the trees of included files, and of what else was read, but for the texts.
    pub(crate) fn forget_included(&self) {
        self.library.included.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.library.features.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.forget_paths();
        self.library.held.store(0, Ordering::Relaxed);
    }

    /// Forgets the tree of a file.
    pub(super) fn forget_tree(&self, path: &Path) {
        self.library.included.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Forgets a file.
    #[cfg(feature = "ide")]
    pub(super) fn forget_file(&self, path: &Path) {
        self.forget_tree(path);
        self.library.features.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Forgets the loader's answers about paths, as where some are new, or gone.
    pub(crate) fn forget_paths(&self) {
        self.library.kinds.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.library.listings.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A session with the files that are read, and another loader.
    #[cfg(feature = "ide")]
    pub(super) fn forked(&self, loader: Arc<dyn Loader>, editor: super::editor::EditorState) -> Session {
        use super::editor::fork;
        let (included, features) = (fork(&self.library.included), fork(&self.library.features));
        let held = AtomicUsize::new(self.held());
        let library = SharedFiles { included, features, held, editor, ..SharedFiles::new(loader) };
        Session { sources: Arc::new(self.sources.fork()), library: Arc::new(library) }
    }

    /// Returns the loader of files.
    #[must_use]
    pub fn loader(&self) -> &dyn Loader {
        &*self.library.loader
    }

    /// Returns the kind of the file that a path leads to.
    pub(crate) fn kind(&self, path: &Path) -> io::Result<FileKind> {
        answer(&self.library.kinds, path, || {
            self.hold(path, 0);
            self.loader().kind(path)
        })
    }

    /// The entries of a directory.
    pub(crate) fn entries(&self, path: &Path) -> io::Result<Arc<[DirEntry]>> {
        answer(&self.library.listings, path, || {
            let entries = self.loader().read_dir(path);
            self.hold(path, entries.as_ref().map_or(0, |entries| entries.len() * ENTRY));
            entries.map(Arc::from)
        })
    }

    /// An included file; `name` is how diagnostics call it.
    pub(super) fn included(&self, path: &Path, name: &str) -> SharedContents<IncludedFile> {
        shared(&self.library.included, path, || {
            let text = self.loader().read(path);
            self.hold(path, text.as_ref().map_or(0, Vec::len));
            let text = text.map_err(|error| UnusableFile::Read(error.to_string()))?;
            let id = self.take(path, name, text).map_err(|error| UnusableFile::Read(error.to_string()))?;
            Ok(self.parsed(id))
        })
    }

    /// Takes in the text of a file.
    #[cfg(not(feature = "ide"))]
    fn take(&self, _: &Path, name: &str, text: Vec<u8>) -> Result<SourceId, SourceError> {
        self.sources.add_shared(name, text)
    }

    /// A text of this session, parsed.
    #[cfg(not(feature = "ide"))]
    pub(crate) fn tree(&self, id: SourceId) -> Arc<IncludedFile> {
        Arc::new(self.parsed(id))
    }

    pub(super) fn parsed(&self, id: SourceId) -> IncludedFile {
        let (file, diagnostics) = self.parse(id);
        IncludedFile { file, diagnostics, source: id, len: self.sources.get(id).text().len() }
    }

    /// The included files that were read so far, each with its tree, in the order of their ids.
    pub(crate) fn trees(&self) -> Vec<(SourceId, Arc<IncludedFile>)> {
        let map = self.library.included.read().unwrap_or_else(PoisonError::into_inner);
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
            let message = "lines end with CR LF, which armorer reads as LF";
            let note = Diagnostic::new(Code::CarriageReturn, message, Span::new(id, at, at + 1));
            diagnostics.push(
                note.with_help("convert the line ends to LF: apparmor_parser reads some of the CRs as parts of names"),
            );
        }
        (parsed.file, diagnostics)
    }

    /// The features in an abi file.
    pub(super) fn features(&self, path: &Path) -> SharedContents<Features> {
        shared(&self.library.features, path, || {
            let text = self.loader().read(path);
            self.hold(path, text.as_ref().map_or(0, Vec::len));
            let text = text.map_err(|error| UnusableFile::Read(error.to_string()))?;
            Features::parse(&text).map_err(UnusableFile::Features)
        })
    }
}

/// Returns the cached result for a path, or asks for it.
fn answer<T: Clone>(map: &LoaderAnswers<T>, path: &Path, ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let known = map.read().unwrap_or_else(PoisonError::into_inner).get(path.as_os_str()).cloned();
    let answer = known.unwrap_or_else(|| {
        let answer = ask().map_err(|error| (error.kind(), error.to_string()));
        map.write().unwrap_or_else(PoisonError::into_inner).entry(path.into()).or_insert(answer).clone()
    });
    answer.map_err(|(kind, message)| io::Error::new(kind, message))
}

/// Looks a path up, or makes its value: once, even where threads ask at the same time.
fn shared<T>(map: &FilesByPath<T>, path: &Path, make: impl FnOnce() -> Result<T, UnusableFile>) -> SharedContents<T> {
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
