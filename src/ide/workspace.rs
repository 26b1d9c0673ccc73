//! The open texts, the files around them, and what is known of both.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::calls::ProfileCalls;
use super::document::{ManifestUnit, OpenDocument, TextPlace, is_yaml, units};
use super::index::{Index, Indexer};
use super::overlay::Overlay;
use super::settings::{EditorSettings, Settings};
use super::snapshot::Snapshot;
use crate::diagnostic::Diagnostics;
use crate::encode::Provenance;
use crate::lint::LintCache;
use crate::policy::Policy;
use crate::resolve::{self, IncludedFile, Session, VariableValue};
use crate::source::{Source, SourceId, Span};

/// The documents open in an editor, and the tree of profiles that they belong to.
///
/// A change parses one file again; what depends on it is resolved when somebody asks.
///
/// ```
/// use armorer::ide::{EditorSettings, Workspace};
///
/// let mut workspace = Workspace::new(None, EditorSettings::default());
/// workspace.open("/etc/apparmor.d/demo".into(), b"profile demo {\n  /etc/demo r\n}\n");
/// let problems = workspace.snapshot().problems("/etc/apparmor.d/demo".as_ref(), false);
/// assert!(problems.iter().any(|problem| problem.finding.code == "missing-comma"));
/// ```
#[derive(Debug)]
pub struct Workspace {
    pub(super) session: Session,
    pub(super) settings: Arc<Settings>,
    overlay: Overlay,
    editor: EditorSettings,
    folders: Vec<PathBuf>,
    documents: FxHashMap<PathBuf, OpenDocument>,
    pub(super) index: Option<Index>,
    /// The index that another thread makes.
    pending: Option<Receiver<Index>>,
    /// The results cached by the linter.
    pub(super) memory: Arc<LintCache>,
    /// The facts known about the profiles of files; entries that a change may affect are removed.
    members: ProfilesByFile,
    /// The files resolved since the last change.
    resolved: Mutex<FxHashMap<PathBuf, Arc<ResolvedInput>>>,
}

/// The facts known about the profiles of files.
pub(super) type ProfilesByFile = Arc<Mutex<FxHashMap<PathBuf, Arc<Vec<ProfileCalls>>>>>;

/// An input with all it includes.
#[derive(Debug)]
pub(super) struct ResolvedInput {
    /// The input.
    pub(super) root: PathBuf,
    pub(super) policy: Policy,
    pub(super) variables: Vec<VariableValue>,
    /// Whether there was no error.
    pub(super) complete: bool,
    /// The contributions of its rules, computed on demand.
    pub(super) provenance: OnceLock<Vec<Provenance>>,
}

/// A place in a profile text that something is asked about.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    /// The file, or the unit of a manifest.
    pub(super) path: PathBuf,
    pub(super) source: Arc<Source>,
    pub(super) tree: Arc<IncludedFile>,
    /// Offset in the text.
    pub(super) offset: u32,
}

impl Workspace {
    /// A workspace with nothing open; `folder` is the directory that the editor shows.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, editor: EditorSettings) -> Workspace {
        let settings = Arc::new(Settings::new(folder.as_deref(), &editor));
        let overlay = Overlay::default();
        Workspace {
            session: Session::new(overlay.clone()),
            settings,
            overlay,
            editor,
            folders: folder.into_iter().collect(),
            documents: FxHashMap::default(),
            index: None,
            pending: None,
            memory: Arc::default(),
            members: ProfilesByFile::default(),
            resolved: Mutex::default(),
        }
    }

    /// Returns the settings that the answers depend on besides the texts.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads `armorer.toml` again, with other settings of the editor, if there are any.
    pub fn configure(&mut self, editor: Option<EditorSettings>) {
        self.editor = editor.unwrap_or_else(|| std::mem::take(&mut self.editor));
        self.settings = Arc::new(Settings::new(self.folders.first().map(PathBuf::as_path), &self.editor));
        let documents: Vec<PathBuf> = self.documents.keys().cloned().collect();
        let texts: Vec<_> = documents.iter().filter_map(|path| Some((path.clone(), self.source(path)?))).collect();
        self.session = Session::new(self.overlay.clone());
        self.documents.clear();
        self.forget_index();
        for (path, source) in texts {
            self.open(path, source.text());
        }
    }

    /// Takes in a text that is opened, or changed.
    pub fn open(&mut self, path: PathBuf, text: &[u8]) {
        let new = !self.documents.contains_key(&path);
        self.forget_units(&path);
        self.overlay.set(path.clone(), text.into());
        self.session.forget(&path);
        if new {
            self.session.forget_paths();
        }
        self.changed(&path);
        let manifest = is_yaml(&path);
        let id = if manifest {
            self.session.text(&path).ok()
        } else {
            self.session.open(&path).ok().map(|included| included.source)
        };
        // Only what is larger than a source may be is not taken.
        let Some(source) = id else { return };
        let units = if manifest { units(&path, &self.session.sources.get(source), source).1 } else { Vec::new() };
        for unit in &units {
            self.overlay.set(unit.path.clone(), unit.profile.text.as_slice().into());
            self.session.forget(&unit.path);
        }
        self.documents.insert(path.clone(), OpenDocument { source, units, manifest });
        self.update_index(&path);
    }

    /// The text of a file is that of the disk again.
    pub fn close(&mut self, path: &Path) {
        self.forget_units(path);
        self.documents.remove(path);
        self.overlay.remove(path);
        self.disk_changed(path);
    }

    /// A file has come, gone or changed on the disk.
    pub fn disk_changed(&mut self, path: &Path) {
        if self.documents.contains_key(path) {
            return;
        }
        self.session.forget(path);
        self.session.forget_paths();
        self.changed(path);
        self.update_index(path);
    }

    fn forget_units(&mut self, path: &Path) {
        for unit in self.documents.get_mut(path).into_iter().flat_map(|document| std::mem::take(&mut document.units)) {
            self.overlay.remove(&unit.path);
            self.session.forget(&unit.path);
        }
    }

    fn changed(&mut self, path: &Path) {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.index {
            Some(index) => {
                let roots = index.roots(path);
                members.retain(|root, _| root != path && root.parent() != Some(path) && !roots.contains(root));
            }
            None => members.clear(),
        }
        drop(members);
        self.resolved.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the open documents, in no particular order.
    pub fn documents(&self) -> impl Iterator<Item = &Path> {
        self.documents.keys().map(PathBuf::as_path)
    }

    /// The text of a file as the editor has it, or as it is on the disk.
    #[must_use]
    pub fn source(&self, path: &Path) -> Option<Arc<Source>> {
        let id = match self.documents.get(path) {
            Some(document) => document.source,
            None => self.session.text(path).ok()?,
        };
        Some(self.session.sources.get(id))
    }

    /// The session as it is now, to do with as one likes.
    pub(super) fn fork(&self) -> Session {
        self.session.fork(self.overlay.snapshot())
    }

    /// Everything as it is now, for another thread.
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        let open: Vec<PathBuf> = self.documents.keys().cloned().collect();
        let contexts = open.iter().filter(|path| !is_yaml(path)).map(|path| (path.clone(), self.contexts(path)));
        let contexts = contexts.collect();
        let overlay = self.overlay.snapshot();
        if self.memory.is_large() {
            self.memory = Arc::default();
        }
        Snapshot {
            session: self.session.fork(overlay.clone()),
            overlay,
            settings: Arc::clone(&self.settings),
            memory: Arc::clone(&self.memory),
            contexts,
            units: self
                .documents
                .iter()
                .flat_map(|(path, document)| {
                    document.units.iter().map(|unit| (unit.path.clone(), (path.clone(), document.source, unit.clone())))
                })
                .collect(),
            roots: Vec::new(),
            members: Arc::clone(&self.members),
        }
    }

    /// Takes a snapshot like [`Workspace::snapshot`], with what is to know about all profiles of the workspace.
    #[must_use]
    pub fn full_snapshot(&mut self) -> Snapshot {
        let roots = self.roots();
        Snapshot { roots, ..self.snapshot() }
    }

    /// Makes the index on another thread; without this it is made when it is first needed.
    #[must_use]
    pub fn indexer(&mut self) -> Indexer {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.pending = Some(receiver);
        Indexer::new(
            self.session.fork(self.overlay.snapshot()),
            Arc::clone(&self.settings),
            self.folders.clone(),
            Some(sender),
        )
    }

    /// Whether the index is there, or has to be waited for.
    #[must_use]
    pub fn is_indexed(&mut self) -> bool {
        if self.index.is_none()
            && let Some(index) = self.pending.as_ref().and_then(|pending| pending.try_recv().ok())
        {
            self.install(index);
        }
        self.index.is_some()
    }

    pub(super) fn index(&mut self) -> &Index {
        if self.index.is_none() {
            let made = self.pending.take().and_then(|pending| pending.recv().ok());
            let index = made.unwrap_or_else(|| {
                let session = self.fork();
                Indexer::new(session, Arc::clone(&self.settings), self.folders.clone(), None).build()
            });
            self.install(index);
        }
        self.index.get_or_insert_default()
    }

    fn install(&mut self, index: Index) {
        self.index = Some(index);
        self.pending = None;
        // They may have changed since.
        let open: Vec<PathBuf> = self.documents.keys().cloned().collect();
        for path in open {
            self.update_index(&path);
        }
    }

    fn forget_index(&mut self) {
        self.index = None;
        self.pending = None;
        self.members.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.resolved.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn update_index(&mut self, path: &Path) {
        if let Some(index) = &mut self.index {
            index.update(path, &self.session, &self.settings);
        }
    }

    /// The inputs that decide what a file means: itself, if it holds profiles; else some of those that include it, the open ones
    /// first. None for a file that nobody includes.
    pub(super) fn contexts(&mut self, path: &Path) -> Vec<PathBuf> {
        /// The maximum number of contexts examined: most have the same result.
        const MOST: usize = 3;
        let holds_profiles = self.session.open(path).is_ok_and(|included| holds_profiles(&included.file));
        if holds_profiles {
            return vec![path.to_owned()];
        }
        let mut roots = self.index().roots(path);
        roots.sort_by_key(|root| !self.documents.contains_key(root));
        roots.truncate(MOST);
        roots
    }

    /// The open files whose meaning a change of a file may change, itself not among them.
    #[must_use]
    pub fn dependents(&mut self, path: &Path) -> Vec<PathBuf> {
        let open: Vec<PathBuf> = self.documents.keys().filter(|open| *open != path).cloned().collect();
        if open.is_empty() || !self.is_indexed() {
            return open;
        }
        let affected = |workspace: &mut Self, other: &Path| {
            let roots: Vec<PathBuf> = match workspace.documents.get(other).filter(|document| document.manifest) {
                Some(document) => document.units.iter().map(|unit| unit.path.clone()).collect(),
                None => workspace.contexts(other),
            };
            let index = workspace.index();
            roots.iter().any(|root| index.closure(root).iter().any(|included| included == path))
        };
        open.into_iter().filter(|other| affected(self, other)).collect()
    }

    /// Returns the resolved form of a file: by itself, or as a part of the first of its contexts.
    pub(super) fn resolved(&mut self, path: &Path) -> Option<Arc<ResolvedInput>> {
        let root = self.contexts(path).into_iter().next()?;
        if let Some(known) = self.resolved.get_mut().unwrap_or_else(PoisonError::into_inner).get(&root) {
            return Some(Arc::clone(known));
        }
        let resolved = Arc::new(resolve(&self.session, &root, &self.settings)?);
        self.resolved.get_mut().unwrap_or_else(PoisonError::into_inner).insert(root, Arc::clone(&resolved));
        Some(resolved)
    }

    /// The place in a profile text at an offset of a file; none in the YAML around the profiles of a manifest.
    pub(super) fn cursor(&self, path: &Path, offset: u32) -> Option<Cursor> {
        let (path, offset) = match self.documents.get(path).filter(|document| document.manifest) {
            Some(document) => document.units.iter().find_map(|unit| {
                let offset = unit.profile.offset_in_text(offset)?;
                Some((unit.path.clone(), offset))
            })?,
            None => (path.to_owned(), offset),
        };
        let tree = self.session.open(&path).ok()?;
        let source = self.session.sources.get(tree.source);
        let len = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        Some(Cursor { path, source, tree, offset: offset.min(len) })
    }

    /// The profile texts of a file with their trees: itself, or what a manifest holds.
    pub(super) fn texts(&self, path: &Path) -> Vec<Cursor> {
        match self.documents.get(path).filter(|document| document.manifest) {
            Some(document) => document.units.iter().filter_map(|unit| self.cursor_of(&unit.path)).collect(),
            None => self.cursor_of(path).into_iter().collect(),
        }
    }

    fn cursor_of(&self, path: &Path) -> Option<Cursor> {
        let tree = self.session.open(path).ok()?;
        Some(Cursor { path: path.to_owned(), source: self.session.sources.get(tree.source), tree, offset: 0 })
    }

    /// The text that a question about a file is about: itself, or of a manifest the one that holds the profile, or the first.
    pub fn unit_at(&mut self, path: &Path, profile: Option<&str>) -> PathBuf {
        let units: Vec<PathBuf> = match self.documents.get(path) {
            Some(document) => document.units.iter().map(|unit| unit.path.clone()).collect(),
            None => Vec::new(),
        };
        let index = self.index();
        let holds = |unit: &&PathBuf| {
            let profiles = index.symbols(unit).into_iter().flat_map(|symbols| &symbols.profiles);
            profile.is_some_and(|wanted| profiles.into_iter().any(|it| it.name.as_bytes() == wanted.as_bytes()))
        };
        units.iter().find(holds).or_else(|| units.first()).cloned().unwrap_or_else(|| path.to_owned())
    }

    /// The unit of a manifest that has a path.
    pub(super) fn unit<'a>(&'a self, path: &'a Path) -> Option<(&'a Path, &'a OpenDocument, &'a ManifestUnit)> {
        let manifest = path.parent()?;
        let document = self.documents.get(manifest)?;
        let unit = document.units.iter().find(|unit| unit.path == path)?;
        Some((manifest, document, unit))
    }

    /// Returns the place of a span.
    pub(super) fn place(&self, span: Span) -> Option<TextPlace> {
        if span.source == SourceId::NONE {
            return None;
        }
        let source = self.session.sources.get(span.source);
        let path = PathBuf::from(source.name());
        Some(match self.unit(&path) {
            Some((manifest, document, unit)) => TextPlace {
                path: manifest.to_owned(),
                source: self.session.sources.get(document.source),
                span: unit.profile.locate(span),
            },
            None => TextPlace { path, source, span },
        })
    }
}

/// Whether there is a profile in a file, so that it can be compiled.
pub(super) fn holds_profiles(file: &crate::syntax::ast::File) -> bool {
    file.items.iter().any(|item| matches!(item.kind.value, crate::syntax::ast::ItemKind::Profile(_)))
}

/// Resolves an input.
pub(super) fn resolve(session: &Session, root: &Path, settings: &Settings) -> Option<ResolvedInput> {
    let input = session.open(root).ok()?.source;
    let mut diagnostics = Diagnostics::new();
    let (policy, variables) = resolve::resolve_all(session, input, &settings.options, &mut diagnostics);
    Some(ResolvedInput {
        root: root.to_owned(),
        policy,
        variables,
        complete: !diagnostics.has_errors(),
        provenance: OnceLock::new(),
    })
}
