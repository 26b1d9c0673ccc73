//! An index of the declarations, uses and includes of all files of the tree and of the workspace.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::{is_yaml, units};
use super::settings::Settings;
use super::symbols::{IncludeUse, Range, Symbols, symbols};
use crate::automata::Symbol;
use crate::encode::path_pattern;
use crate::kubernetes::ReferenceSite;
use crate::resolve::{Session, is_skipped};
use crate::source::{FileKind, FileSystem, Loader, Text};

/// The maximum number of files in the index: the largest trees have some thousands.
const MOST_FILES: usize = 20_000;

/// Larger files hold no profiles that somebody edits.
const MOST_BYTES: u64 = 8 << 20;

/// Directories below which nobody writes profiles.
const PASSED_OVER: [&str; 5] = ["node_modules", "target", "cache", "disable", "force-complain"];

/// The facts known about all files.
#[derive(Debug, Default)]
pub(super) struct Index {
    files: FxHashMap<PathBuf, IndexedFile>,
    /// The files that declare a profile.
    declaring: FxHashMap<Text, FxHashSet<PathBuf>>,
    /// The files that include a file directly.
    includers: FxHashMap<PathBuf, FxHashSet<PathBuf>>,
}

#[derive(Debug)]
struct IndexedFile {
    symbols: Symbols,
    /// The files it includes directly, in the order of the text, with the include rules that name them.
    includes: Vec<PathBuf>,
    by: Vec<usize>,
}

impl Index {
    /// The files with what they say, in no order.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &Symbols)> {
        self.files.iter().map(|(path, entry)| (path.as_path(), &entry.symbols))
    }

    /// Returns the symbols of a file.
    pub(super) fn symbols(&self, path: &Path) -> Option<&Symbols> {
        self.files.get(path).map(|entry| &entry.symbols)
    }

    /// Returns the files that a file includes directly.
    pub(super) fn includes(&self, path: &Path) -> &[PathBuf] {
        self.files.get(path).map_or(&[], |entry| &entry.includes)
    }

    /// The files that an include of a file leads to.
    pub(super) fn files_of(&self, path: &Path, include: &IncludeUse) -> Vec<PathBuf> {
        let Some(entry) = self.files.get(path) else { return Vec::new() };
        let number = entry.symbols.includes.iter().position(|known| known.range == include.range);
        let each = entry.includes.iter().zip(&entry.by);
        each.filter(|&(_, &by)| Some(by) == number).map(|(path, _)| path.clone()).collect()
    }

    /// The profiles of a manifest, as files of their own.
    pub(super) fn units(&self, manifest: &Path) -> Vec<&Path> {
        if !is_yaml(manifest) {
            return Vec::new();
        }
        let mut units: Vec<&Path> =
            self.files.keys().map(PathBuf::as_path).filter(|path| path.parent() == Some(manifest)).collect();
        units.sort_unstable();
        units
    }

    /// Returns the places where a profile is declared, by file.
    pub(super) fn profiles(&self, name: &[u8]) -> Vec<(PathBuf, Range)> {
        let mut found = Vec::new();
        for path in self.declaring.get(name).into_iter().flatten() {
            let profiles = self.symbols(path).into_iter().flat_map(|symbols| &symbols.profiles);
            let same = profiles.filter(|profile| &*profile.name == name);
            found.extend(same.map(|profile| (path.clone(), profile.range.clone())));
        }
        found.sort_by(|a, b| (&a.0, a.1.start).cmp(&(&b.0, b.1.start)));
        found
    }

    /// The names of the profiles that a pattern for labels matches, in order; none where it is a name.
    pub(super) fn matching(&self, pattern: &[u8]) -> Vec<Text> {
        if !pattern.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{')) {
            return Vec::new();
        }
        let Some(pattern) = path_pattern(pattern) else { return Vec::new() };
        let matches = |name: &&Text| {
            let symbols: Vec<Symbol> = name.iter().copied().map(Symbol::Byte).collect();
            pattern.matches(&symbols)
        };
        let mut names: Vec<Text> = self.declaring.keys().filter(matches).cloned().collect();
        names.sort_unstable();
        names
    }

    /// The full name of the profile that a name means: of a child of `parent`, where one is given.
    pub(super) fn meant(&self, name: &Text, parent: Option<&Text>) -> Text {
        let Some(parent) = parent else { return name.clone() };
        let full = Text::from([&parent[..], b"//", name].concat());
        // A target of `cx` is a child, but for those that name a whole path of children.
        if self.declaring.contains_key(&full) || !self.declaring.contains_key(name) { full } else { name.clone() }
    }

    /// Returns the files that include a file directly, by name.
    pub(super) fn includers(&self, path: &Path) -> Vec<&Path> {
        let mut list: Vec<&Path> = self.includers.get(path).into_iter().flatten().map(PathBuf::as_path).collect();
        list.sort_unstable();
        list
    }

    /// A file and all it includes, the file first, then as they are met.
    pub(super) fn closure(&self, path: &Path) -> Vec<PathBuf> {
        let mut seen = FxHashSet::default();
        let mut found = Vec::new();
        let mut open = vec![path];
        while let Some(path) = open.pop() {
            if seen.insert(path) {
                found.push(path.to_owned());
                open.extend(self.includes(path).iter().rev().map(PathBuf::as_path));
            }
        }
        found
    }

    /// The files with profiles that include a file, themselves included, by name.
    pub(super) fn roots(&self, path: &Path) -> Vec<PathBuf> {
        let mut seen: FxHashSet<&Path> = FxHashSet::default();
        let mut roots = Vec::new();
        let mut open = vec![path];
        while let Some(path) = open.pop() {
            if !seen.insert(path) {
                continue;
            }
            if self.symbols(path).is_some_and(|symbols| !symbols.profiles.is_empty()) {
                roots.push(path.to_owned());
            }
            open.extend(self.includers.get(path).into_iter().flatten().map(PathBuf::as_path));
        }
        roots.sort_unstable();
        roots
    }

    /// Reads a file again, which may be gone.
    pub(super) fn update(&mut self, path: &Path, session: &Session, settings: &Settings) {
        let inside = |known: &Path| known == path || known.parent() == Some(path);
        let known: Vec<PathBuf> = self.files.keys().filter(|known| inside(known)).cloned().collect();
        for path in known {
            self.remove(&path);
        }
        for (path, symbols) in read(path, session) {
            self.insert(path, symbols, session, settings);
        }
    }

    fn insert(&mut self, path: PathBuf, symbols: Symbols, session: &Session, settings: &Settings) {
        let (includes, by): (Vec<PathBuf>, Vec<usize>) = edges(&symbols, session, settings).into_iter().unzip();
        for included in &includes {
            self.includers.entry(included.clone()).or_default().insert(path.clone());
        }
        for profile in &symbols.profiles {
            self.declaring.entry(profile.name.clone()).or_default().insert(path.clone());
        }
        self.files.insert(path, IndexedFile { symbols, includes, by });
    }

    fn remove(&mut self, path: &Path) {
        let Some(IndexedFile { symbols, includes, .. }) = self.files.remove(path) else { return };
        for included in includes {
            if let Some(includers) = self.includers.get_mut(&included) {
                includers.remove(path);
            }
        }
        for profile in symbols.profiles {
            if let Some(declaring) = self.declaring.get_mut(&profile.name) {
                declaring.remove(path);
                if declaring.is_empty() {
                    self.declaring.remove(&profile.name);
                }
            }
        }
    }
}

/// Reads the symbols of a file; for a manifest, those of each profile in it.
fn read(path: &Path, session: &Session) -> Vec<(PathBuf, Symbols)> {
    if !is_yaml(path) {
        let Ok(included) = session.open(path) else { return Vec::new() };
        let source = session.sources.get(included.source);
        return vec![(path.to_owned(), symbols(&included.file, &source, &|span| span))];
    }
    let Ok(id) = session.text(path) else { return Vec::new() };
    let source = session.sources.get(id);
    let (manifest, units) = units(path, &source, id);
    let mut found: Vec<(PathBuf, Symbols)> = Vec::new();
    for unit in units {
        // Where nobody has it open, there is no such text yet.
        let Ok(text) = session.put(&unit.path, &unit.profile.text) else { continue };
        let included = session.tree(text);
        let source = session.sources.get(text);
        found.push((unit.path, symbols(&included.file, &source, &|span| unit.profile.locate(span))));
    }
    let mut uses = Symbols::default();
    for reference in manifest.profile_references() {
        let (prefix, name) = (matches!(reference.site, ReferenceSite::Annotation(_)), reference.profile);
        uses.profile_use(Text::from(name.value.as_str()), name.span, prefix);
    }
    if !uses.uses.is_empty() {
        found.push((path.to_owned(), uses));
    }
    for (_, symbols) in &mut found {
        symbols.document = Some(path.to_owned());
    }
    found
}

/// The files that a file includes directly, each with the number of the include.
fn edges(symbols: &Symbols, session: &Session, settings: &Settings) -> Vec<(PathBuf, usize)> {
    let mut found = Vec::new();
    for (number, include) in symbols.includes.iter().enumerate() {
        let candidates = settings.options.candidates(include.form, &include.text);
        let there = candidates.into_iter().find_map(|(_, path)| Some((session.kind(&path).ok()?, path)));
        match there {
            Some((FileKind::File, path)) => found.push((path, number)),
            Some((FileKind::Directory, path)) => {
                let entries = session.entries(&path).unwrap_or_default();
                let files = entries.iter().filter(|entry| entry.kind == Ok(FileKind::File) && !is_skipped(&entry.name));
                let mut names: Vec<&str> = files.map(|entry| entry.name.as_str()).collect();
                names.sort_unstable();
                found.extend(names.into_iter().map(|name| (path.join(name), number)));
            }
            _ => {}
        }
    }
    found
}

/// Makes an index, on whichever thread.
#[derive(Debug)]
pub struct Indexer {
    session: Session,
    settings: Arc<Settings>,
    folders: Vec<PathBuf>,
    result: Option<Sender<Index>>,
}

impl Indexer {
    pub(super) fn new(
        session: Session,
        settings: Arc<Settings>,
        folders: Vec<PathBuf>,
        result: Option<Sender<Index>>,
    ) -> Indexer {
        Indexer { session, settings, folders, result }
    }

    /// Makes it, and hands it to the workspace that asked.
    pub fn run(mut self) {
        if let Some(result) = self.result.take() {
            // Nobody waits where the workspace is gone, or began anew.
            _ = result.send(self.build());
        }
    }

    pub(super) fn build(self) -> Index {
        let Indexer { session, settings, folders, .. } = self;
        let mut index = Index::default();
        let trees: Vec<&Path> = settings.options.search_list().collect();
        let mut walked = FxHashSet::default();
        for (path, tree) in walk(&trees, true).into_iter().chain(walk(&folders, false)) {
            if !walked.insert(path.clone()) {
                continue;
            }
            for (path, symbols) in read(&path, &session) {
                // What lies outside of the tree may be anything.
                if tree || !symbols.is_empty() {
                    index.insert(path, symbols, &session, &settings);
                }
            }
        }
        index
    }
}

/// The files below directories that may hold profiles; each with whether all of them do.
fn walk(directories: &[impl AsRef<Path>], tree: bool) -> Vec<(PathBuf, bool)> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = directories.iter().map(|directory| directory.as_ref().to_owned()).collect();
    let mut looked_at = 0;
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            looked_at += 1;
            if looked_at > MOST_FILES {
                return files;
            }
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Not through links: they may lead anywhere, and back here.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !name.starts_with('.') && !PASSED_OVER.contains(&&*name) {
                open.push(entry.path());
            } else if kind.is_file() && !is_skipped(&name) && (tree || may_hold_profiles(&entry.path())) {
                let small = entry.metadata().is_ok_and(|metadata| metadata.len() <= MOST_BYTES);
                files.extend(small.then(|| (entry.path(), tree)));
            }
        }
    }
    files
}

/// Whether a file outside of the tree looks like profiles: by its name, and by how it begins.
fn may_hold_profiles(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let named = ["apparmor", "aa", "profile"].contains(&ending);
    let begins_like_one = || {
        let Ok(text) = FileSystem.read(path) else { return false };
        let head = text.get(..4096).unwrap_or(&text);
        let has = |needle: &str| memchr::memmem::find(head, needle.as_bytes()).is_some();
        !head.contains(&0) && ["profile ", "abi <", "include <", "@{", "apparmor", "AppArmor"].into_iter().any(has)
    };
    named
        || ((is_yaml(path) || !path.to_string_lossy().ends_with(ending) || ending.is_empty() || dotted(path))
            && begins_like_one())
}

/// Whether a name is that of a program, as `usr.bin.man` is.
fn dotted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ["usr.", "bin.", "sbin.", "opt.", "etc.", "lib."].iter().any(|start| name.starts_with(start))
}
