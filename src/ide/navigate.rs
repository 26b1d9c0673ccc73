//! Definitions and references of names, and their renaming.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::document::TextPlace;
use super::edit::FileEdits;
use super::symbols::{NameKind, Range, Symbols};
use super::workspace::Workspace;
use crate::edit::Edit;
use crate::source::{Span, Text};
use crate::syntax::ast::AssignOp;

/// A name at a place of a text.
#[derive(Clone, Debug)]
pub(super) struct NameOccurrence {
    /// The file, or the unit of a manifest, that it stands in.
    unit: PathBuf,
    pub(super) what: NameTarget,
    /// The name in the text that holds it, without signs and quotes.
    pub(super) range: Range,
}

/// The entity that a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameTarget {
    /// The files that an include leads to.
    Files(Vec<PathBuf>),
    Variable {
        name: Text,
        boolean: bool,
    },
    /// With the names of its parents.
    Profile(Text),
}

/// A range of a file: a key of the index, and the range in the text that holds it.
type FileRange = (PathBuf, Range);

impl Workspace {
    /// The name at an offset of a file.
    pub(super) fn symbol(&mut self, path: &Path, offset: u32) -> Option<NameOccurrence> {
        let units = self.units_of(path);
        let index = self.index();
        let within = |range: &Range| range.start <= offset && offset <= range.end;
        // The signs around the name of a variable belong to it for those who point.
        let around = |range: &Range| within(&(range.start.saturating_sub(2)..range.end.saturating_add(1)));
        units.into_iter().find_map(|unit| {
            let symbols = index.symbols(&unit)?;
            let variable = |name: &Text, boolean| NameTarget::Variable { name: name.clone(), boolean };
            let found = symbols.variables.iter().find(|it| around(&it.range));
            let found = found.map(|it| (variable(&it.name, it.boolean), it.range.clone())).or_else(|| {
                let mut uses = symbols.uses.iter();
                let at =
                    uses.find(|it| if it.kind == NameKind::Profile { within(&it.range) } else { around(&it.range) })?;
                let what = match at.kind {
                    NameKind::Variable => variable(&at.name, false),
                    NameKind::Boolean => variable(&at.name, true),
                    NameKind::Profile => {
                        let name = index.meant(&at.name, at.inside.as_ref().filter(|_| at.child));
                        NameTarget::Profile(name)
                    }
                };
                Some((what, at.range.clone()))
            });
            let found = found.or_else(|| {
                let profile = symbols.profiles.iter().find(|it| within(&it.range))?;
                Some((NameTarget::Profile(profile.name.clone()), profile.range.clone()))
            });
            let found = found.or_else(|| {
                let include = symbols.includes.iter().find(|it| within(&it.range))?;
                Some((NameTarget::Files(index.files_of(&unit, include)), include.range.clone()))
            });
            let (what, range) = found?;
            Some(NameOccurrence { unit, what, range })
        })
    }

    /// The keys of the index that a file has: itself, and the units of a manifest.
    pub(super) fn units_of(&mut self, path: &Path) -> Vec<PathBuf> {
        let path = path.to_owned();
        let index = self.index();
        let mut units: Vec<PathBuf> = index.units(&path).into_iter().map(Path::to_owned).collect();
        units.push(path);
        units
    }

    /// Returns the places where the name at an offset is declared; for an include, the files.
    pub fn definitions(&mut self, path: &Path, offset: u32) -> Vec<TextPlace> {
        let Some(symbol) = self.symbol(path, offset) else { return Vec::new() };
        let found = self.declarations(&symbol);
        self.places(found)
    }

    fn declarations(&mut self, symbol: &NameOccurrence) -> Vec<FileRange> {
        match &symbol.what {
            NameTarget::Files(files) => files.iter().map(|file| (file.clone(), 0..0)).collect(),
            NameTarget::Variable { name, boolean } => {
                let roots = self.contexts(&symbol.unit);
                let index = self.index();
                let root = roots.first().unwrap_or(&symbol.unit);
                let mut found = Vec::new();
                for file in index.closure(root) {
                    let assigned = index.symbols(&file).into_iter().flat_map(|symbols| &symbols.variables);
                    let same = assigned.filter(|it| it.name == *name && it.boolean == *boolean);
                    found.extend(same.map(|it| (it.op == AssignOp::Add, file.clone(), it.range.clone())));
                }
                // What declares goes before what adds.
                found.sort_by_key(|(adds, ..)| *adds);
                found.into_iter().map(|(_, file, range)| (file, range)).collect()
            }
            NameTarget::Profile(name) => {
                let index = self.index();
                let found = index.profiles(name);
                let matching = if found.is_empty() { index.matching(name) } else { Vec::new() };
                found.into_iter().chain(matching.iter().flat_map(|name| index.profiles(name))).collect()
            }
        }
    }

    /// Returns the places where the name at an offset is used, with those where it is declared if they are wanted.
    pub fn references(&mut self, path: &Path, offset: u32, declarations: bool) -> Vec<TextPlace> {
        let Some(symbol) = self.symbol(path, offset) else { return Vec::new() };
        let found = self.uses(&symbol, declarations);
        self.places(found)
    }

    fn uses(&mut self, symbol: &NameOccurrence, declarations: bool) -> Vec<FileRange> {
        let mut found = Vec::new();
        match &symbol.what {
            NameTarget::Files(files) => {
                let index = self.index();
                for file in files {
                    for includer in index.includers(file) {
                        let includes = index.symbols(includer).into_iter().flat_map(|symbols| &symbols.includes);
                        let same = includes.filter(|include| index.files_of(includer, include).contains(file));
                        found.extend(same.map(|include| (includer.to_owned(), include.range.clone())));
                    }
                }
                found.sort_by(|a, b| (&a.0, a.1.start).cmp(&(&b.0, b.1.start)));
                found.dedup();
            }
            NameTarget::Variable { name, boolean } => {
                for file in self.sharing(&symbol.unit, name, *boolean) {
                    let Some(symbols) = self.index().symbols(&file) else { continue };
                    let ranges = mentions(symbols, name, *boolean, declarations);
                    found.extend(ranges.into_iter().map(|range| (file.clone(), range)));
                }
            }
            NameTarget::Profile(name) => {
                let index = self.index();
                if declarations {
                    found.extend(index.profiles(name));
                }
                for (file, symbols) in index.files() {
                    let uses = symbols.uses.iter().filter(|it| it.kind == NameKind::Profile);
                    let same =
                        uses.filter(|it| index.meant(&it.name, it.inside.as_ref().filter(|_| it.child)) == *name);
                    found.extend(same.map(|it| (file.to_owned(), it.range.clone())));
                }
                found.sort_by(|a, b| (&a.0, a.1.start).cmp(&(&b.0, b.1.start)));
            }
        }
        found
    }

    /// The files that mean the same variable: those that a profile's file includes, with all profile files that include one of
    /// them that mentions it.
    fn sharing(&mut self, unit: &Path, name: &Text, boolean: bool) -> Vec<PathBuf> {
        let index = self.index();
        let mut files: BTreeMap<PathBuf, bool> = BTreeMap::new();
        let mut seen: FxHashSet<PathBuf> = FxHashSet::default();
        let mut open = vec![unit.to_owned()];
        while let Some(file) = open.pop() {
            let mut roots = index.roots(&file);
            roots.push(file);
            for root in roots {
                if !seen.insert(root.clone()) {
                    continue;
                }
                for included in index.closure(&root) {
                    let new = !files.contains_key(&included);
                    let mentioned = *files.entry(included.clone()).or_insert_with(|| {
                        index.symbols(&included).is_some_and(|it| !mentions(it, name, boolean, true).is_empty())
                    });
                    if new && mentioned {
                        open.push(included);
                    }
                }
            }
        }
        files.into_iter().filter(|&(_, mentioned)| mentioned).map(|(file, _)| file).collect()
    }

    /// The paths of includes in a file, each with the file that it leads to; those that lead to several are left out.
    pub fn links(&mut self, path: &Path) -> Vec<(Range, PathBuf)> {
        let units = self.units_of(path);
        let index = self.index();
        let mut links = Vec::new();
        for unit in &units {
            for include in index.symbols(unit).into_iter().flat_map(|symbols| &symbols.includes) {
                if let [file] = index.files_of(unit, include).as_slice() {
                    links.push((include.range.clone(), file.clone()));
                }
            }
        }
        links
    }

    /// Returns the places of the name at an offset in its own file.
    pub fn highlights(&mut self, path: &Path, offset: u32) -> Vec<Span> {
        let references = self.references(path, offset, true).into_iter();
        references.filter(|place| place.path == path).map(|place| place.span).collect()
    }

    /// The name at an offset, if it can be changed.
    pub fn renamable(&mut self, path: &Path, offset: u32) -> Option<std::ops::Range<u32>> {
        let symbol = self.symbol(path, offset)?;
        let declared = match &symbol.what {
            NameTarget::Files(_) => false,
            NameTarget::Variable { .. } => !self.declarations(&symbol).is_empty(),
            NameTarget::Profile(name) => !self.index().profiles(name).is_empty(),
        };
        declared.then_some(symbol.range)
    }

    /// The edits that give the variable or profile at an offset another name, wherever it is meant.
    ///
    /// # Errors
    /// The reason why that cannot be done, in a sentence.
    pub fn rename(&mut self, path: &Path, offset: u32, new: &str) -> Result<Vec<FileEdits>, String> {
        let symbol = self.symbol(path, offset).ok_or("no variable or profile at this position")?;
        if self.renamable(path, offset).is_none() {
            return Err("the name is not declared in the workspace".into());
        }
        let mut edits: Vec<(PathBuf, Range, Text)> = Vec::new();
        match &symbol.what {
            NameTarget::Files(_) => return Err("files cannot be renamed".into()),
            NameTarget::Variable { name, boolean } => {
                // With its signs it is the same name.
                let bare = new.strip_prefix(if *boolean { '$' } else { '@' }).unwrap_or(new);
                let bare = bare.strip_prefix('{').and_then(|bare| bare.strip_suffix('}')).unwrap_or(bare).to_owned();
                let new = bare.as_str();
                if !is_variable_name(new) {
                    return Err("a variable name is a letter, followed by letters, digits and `_`".into());
                }
                let wanted = Text::from(new);
                let sharing = self.sharing(&symbol.unit, name, *boolean);
                for file in &sharing {
                    let closure = self.index().closure(file);
                    let assigned = |file: &PathBuf| {
                        let symbols = self.index.as_ref().and_then(|index| index.symbols(file));
                        symbols.is_some_and(|symbols| symbols.variables.iter().any(|it| it.name == wanted))
                    };
                    if let Some(other) = closure.iter().find(|file| assigned(file)) {
                        return Err(format!("`{new}` is already a variable in {}", other.display()));
                    }
                }
                for (file, range) in self.uses(&symbol, true) {
                    edits.push((file, range, name.clone()));
                }
                return self.file_edits(edits, new);
            }
            NameTarget::Profile(name) => {
                if new.is_empty()
                    || new.contains("//")
                    || !new.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"{}()[]*?,#@".contains(&byte))
                {
                    return Err("a profile name cannot contain spaces, `//` or pattern characters".into());
                }
                let parent = memchr::memmem::rfind(name, b"//").and_then(|at| name.get(..at));
                let renamed = match parent {
                    Some(parent) => Text::from([parent, b"//", new.as_bytes()].concat()),
                    None => Text::from(new),
                };
                if !self.index().profiles(&renamed).is_empty() {
                    return Err(format!("a profile `{renamed}` already exists"));
                }
                edits = self.profile_edits(name, parent.map_or(0, |parent| parent.len() + 2));
            }
        }
        self.file_edits(edits, new)
    }

    /// Returns the places of the last part of a profile's name: in its header, and wherever it or one of its children is named. `start`
    /// is where that part begins in the full name.
    fn profile_edits(&mut self, name: &Text, start: usize) -> Vec<(PathBuf, Range, Text)> {
        let last = Text::from(name.get(start..).unwrap_or_default());
        let index = self.index();
        let mut edits: Vec<_> =
            index.profiles(name).into_iter().map(|(file, range)| (file, range, last.clone())).collect();
        for (file, symbols) in index.files() {
            for used in symbols.uses.iter().filter(|it| it.kind == NameKind::Profile) {
                let meant = index.meant(&used.name, used.inside.as_ref().filter(|_| used.child));
                let is_child = meant.strip_prefix(&name[..]).is_some_and(|rest| rest.starts_with(b"//"));
                if meant != *name && !is_child {
                    continue;
                }
                // A child may be named without its parents.
                let Some(missing) = meant.len().checked_sub(used.name.len()) else { continue };
                let Some(at) = start.checked_sub(missing) else { continue };
                let offset = |by: usize| used.range.start.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
                edits.push((file.to_owned(), offset(at)..offset(at + last.len()), last.clone()));
            }
        }
        edits
    }

    /// Edits by file. What stands at a range has to be what is replaced.
    fn file_edits(&mut self, edits: Vec<(PathBuf, Range, Text)>, new: &str) -> Result<Vec<FileEdits>, String> {
        let mut files: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
        for (unit, range, old) in edits {
            let path = self.index().symbols(&unit).and_then(|symbols| symbols.document.clone()).unwrap_or(unit);
            let source = self.source(&path).ok_or_else(|| format!("cannot read {}", path.display()))?;
            if source.text().get(range.start as usize..range.end as usize) != Some(&old[..]) {
                let line = source.line_column(range.start).0;
                return Err(format!("{}:{line}: the name is not written literally", path.display()));
            }
            let edit = Edit::new(range.start as usize..range.end as usize, new);
            let list = files.entry(path).or_default();
            if !list.contains(&edit) {
                list.push(edit);
            }
        }
        Ok(files.into_iter().collect())
    }

    /// Ranges of files as places.
    pub(super) fn places(&mut self, found: Vec<FileRange>) -> Vec<TextPlace> {
        let places = found.into_iter().filter_map(|(unit, range)| {
            let path = self.index().symbols(&unit).and_then(|symbols| symbols.document.clone()).unwrap_or(unit);
            let source = self.source(&path)?;
            let span = Span::new(crate::source::SourceId::NONE, range.start, range.end);
            Some(TextPlace { path, source, span })
        });
        places.collect()
    }

    /// The profiles and variables whose names have the letters of a query in their order, not more than `most`.
    pub fn workspace_symbols(&mut self, query: &str, most: usize) -> Vec<WorkspaceSymbol> {
        let query = query.to_lowercase();
        let mut found = Vec::new();
        let mut files: Vec<(&Path, &Symbols)> = self.index().files().collect();
        files.sort_by_key(|(path, _)| *path);
        for (path, symbols) in files {
            let profiles = symbols.profiles.iter().map(|it| (it.name.to_string(), NameKind::Profile, &it.range));
            let declared = symbols.variables.iter().filter(|it| it.op != AssignOp::Add);
            let kind = |boolean| if boolean { NameKind::Boolean } else { NameKind::Variable };
            let variables = declared.map(|it| (it.name.to_string(), kind(it.boolean), &it.range));
            for (name, kind, range) in profiles.chain(variables) {
                if let Some(score) = score(&name.to_lowercase(), &query) {
                    found.push((score, name, kind, path.to_owned(), range.clone()));
                }
            }
        }
        found.sort_by(|a, b| (a.0, &a.1, &a.3, a.4.start).cmp(&(b.0, &b.1, &b.3, b.4.start)));
        found.truncate(most);
        let symbols = found.into_iter().filter_map(|(_, name, kind, path, range)| {
            let place = self.places(vec![(path, range)]).pop()?;
            Some(WorkspaceSymbol { name, profile: kind == NameKind::Profile, place })
        });
        symbols.collect()
    }
}

/// A profile or variable of the workspace.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// Whether it is a profile.
    pub profile: bool,
    /// The place where it is declared.
    pub place: TextPlace,
}

/// Rates the match of a name with a query; less is better.
fn score(name: &str, query: &str) -> Option<u32> {
    if name == query {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    if name.contains(query) {
        return Some(2);
    }
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(3)
}

/// Returns the places where a file mentions a variable.
fn mentions(symbols: &Symbols, name: &Text, boolean: bool, declarations: bool) -> Vec<Range> {
    let kind = if boolean { NameKind::Boolean } else { NameKind::Variable };
    let declared = symbols.variables.iter().filter(|it| declarations && it.name == *name && it.boolean == boolean);
    let used = symbols.uses.iter().filter(|it| it.kind == kind && it.name == *name);
    let mut ranges: Vec<Range> = declared.map(|it| &it.range).chain(used.map(|it| &it.range)).cloned().collect();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup();
    ranges
}

fn is_variable_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
