//! Writing rules into the files of a tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Tree;
use crate::edit::{EditError, Editor, Scope};
use crate::source::{Text, read_limited};
use crate::syntax::ParseError;
use crate::syntax::ast::{FileBody, FileLetters, Item, ItemKind, PathForm, Rule, RuleKind};

/// Where new rules go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// Into the profile itself.
    #[default]
    Profile,
    /// Into the file of the directory `local/` that the profile includes.
    Local,
}

/// Rules that are to be written into files: nothing is, until the caller does it with [`Fix::changes`].
///
/// A rule goes where the conventions want it, and every other byte stays. Letters for a path that has a rule of its own go into that
/// rule. Where a rule is there already, nothing changes.
///
/// ```
/// use armorer::log::suggest::{Need, exact};
/// use armorer::log::{Destination, Fix, Tree};
/// use armorer::vocab::ExecMode;
/// use armorer::{Access, Compiler, Features};
///
/// let directory = std::env::temp_dir().join(format!("armorer-fix-{}", std::process::id()));
/// std::fs::create_dir_all(&directory)?;
/// std::fs::write(directory.join("p"), "profile p {\n  /etc/x r, # settings\n}\n")?;
/// let tree = Tree::read(&directory, Compiler::new(Features::builtin("linux-7.2").unwrap()).base(&directory))?;
/// let mut fix = Fix::new(&tree, Destination::Profile);
/// let need = Need::new("p", Access::parse(&["file", "/etc/x", "w"])?);
/// for rule in exact(&need, ExecMode::INHERIT)? {
///     assert!(fix.add(b"p", rule)?);
/// }
/// assert_eq!(fix.changes().next().unwrap().after, b"profile p {\n  /etc/x rw, # settings\n}\n");
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Fix<'t> {
    tree: &'t Tree,
    destination: Destination,
    files: BTreeMap<PathBuf, Changed>,
}

#[derive(Debug)]
struct Changed {
    before: Vec<u8>,
    editor: Editor,
}

/// A file that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'f> {
    /// Its path.
    pub path: &'f Path,
    /// Its text as it is; empty where there is no such file yet.
    pub before: &'f [u8],
    /// Its text with the new rules.
    pub after: &'f [u8],
}

/// Why a rule cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixError {
    /// No file has the profile.
    #[error("no file has the profile `{0}`")]
    NoProfile(Text),
    /// The profile stands in a file that others include, where it may belong to several.
    #[error("the profile `{0}` stands in a file that others include; edit that file by hand")]
    Included(Text),
    /// The profile includes no file of `local/`.
    #[error(
        "the profile `{0}` includes no file of `local/`; write `include if exists <local/…>` into it, or let the rules go into the profile"
    )]
    NoLocal(Text),
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// The error.
        source: std::io::Error,
    },
    /// The text has errors: only one without can be edited.
    #[error("{path}: {source}")]
    Parse {
        /// The file.
        path: String,
        /// The errors.
        source: Box<ParseError>,
    },
    /// The text cannot be edited so.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl<'t> Fix<'t> {
    /// Takes a tree.
    #[must_use]
    pub fn new(tree: &'t Tree, destination: Destination) -> Fix<'t> {
        Fix { tree, destination, files: BTreeMap::new() }
    }

    /// Adds a rule to a profile, by the name that the kernel has for it. `false`: it is there already.
    ///
    /// # Errors
    /// When the profile cannot be found or edited; the texts are then as they were before.
    pub fn add(&mut self, profile: &[u8], rule: impl Into<Rule>) -> Result<bool, FixError> {
        let (path, name) = self.place(profile)?;
        let rule = rule.into();
        match self.destination {
            Destination::Profile => put(self.editor(&path, true)?, Scope::Profile(&name), rule),
            Destination::Local => {
                let local = local_file(self.editor(&path, true)?.file(), &name)
                    .ok_or_else(|| FixError::NoLocal(profile.into()))?;
                let path = self.tree.directory().join(local);
                put(self.editor(&path, false)?, Scope::File, rule)
            }
        }
    }

    /// The files that change.
    pub fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        let all = self.files.iter().map(|(path, changed)| Change {
            path,
            before: &changed.before,
            after: changed.editor.text(),
        });
        all.filter(|change| change.before != change.after)
    }

    /// The file of a profile, and the name that the file has for it.
    fn place(&mut self, profile: &[u8]) -> Result<(PathBuf, String), FixError> {
        let missing = || FixError::NoProfile(profile.into());
        let file = self.tree.find(profile).ok_or_else(missing)?;
        let known = file.names().iter().find(|known| *known.name == *profile).ok_or_else(missing)?;
        let start = known.start.ok_or_else(|| FixError::Included(profile.into()))?;
        // The places are those of the text as it was; names stay.
        let original = editor(&file.path, file.text.clone())?;
        let headers = crate::edit::headers(original.file());
        let header = headers.iter().find(|header| header.profile.name.span.start == start).ok_or_else(missing)?;
        Ok((file.path.clone(), String::from_utf8_lossy(&header.written).into_owned()))
    }

    fn editor(&mut self, path: &Path, must_exist: bool) -> Result<&mut Editor, FixError> {
        if !self.files.contains_key(path) {
            let known = self.tree.files().iter().find(|file| file.path == path).map(|file| file.text.clone());
            let before = match known.map_or_else(|| std::fs::File::open(path).and_then(read_limited), Ok) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Vec::new(),
                Err(source) => return Err(FixError::Read { path: path.display().to_string(), source }),
                Ok(text) => text,
            };
            let editor = editor(path, before.clone())?;
            self.files.insert(path.to_owned(), Changed { before, editor });
        }
        let missing =
            || FixError::Read { path: path.display().to_string(), source: std::io::ErrorKind::NotFound.into() };
        self.files.get_mut(path).map(|changed| &mut changed.editor).ok_or_else(missing)
    }
}

fn editor(path: &Path, text: Vec<u8>) -> Result<Editor, FixError> {
    let parse = |error| FixError::Parse { path: path.display().to_string(), source: Box::new(error) };
    Editor::new(text).map_err(parse)
}

/// Adds a rule, or its letters to the rule that the path has already.
fn put(editor: &mut Editor, scope: Scope<'_>, rule: Rule) -> Result<bool, FixError> {
    let Some(old) = extensible(items(editor.file(), scope), &rule) else {
        return Ok(editor.add_rule(scope, ItemKind::Rule(rule))?);
    };
    let Some(merged) = merged(&old, &rule) else { return Ok(editor.add_rule(scope, ItemKind::Rule(rule))?) };
    if merged == old {
        return Ok(false);
    }
    editor.replace_rule(scope, ItemKind::Rule(old), ItemKind::Rule(merged))?;
    Ok(true)
}

/// The items directly in a profile, or in the file.
fn items<'f>(file: &'f crate::syntax::ast::File, scope: Scope<'_>) -> &'f [Item] {
    let Scope::Profile(name) = scope else { return &file.items };
    let header = crate::edit::headers(file).into_iter().find(|header| header.written == name.as_bytes());
    header.map(|header| &*header.profile.body.items).unwrap_or_default()
}

/// The rule about the same path under the same qualifiers, whose letters may grow: one without exec and without a target.
fn extensible(items: &[Item], rule: &Rule) -> Option<Rule> {
    let path = plain_path(rule)?;
    let same = |item: &&Item| match &item.kind.value {
        ItemKind::Rule(known) => known.prefix.value == rule.prefix.value && plain_path(known) == Some(path),
        _ => false,
    };
    items.iter().find(same).and_then(|item| match &item.kind.value {
        ItemKind::Rule(known) => Some(known.clone()),
        _ => None,
    })
}

/// The path of a file rule that is no more than path and letters.
fn plain_path(rule: &Rule) -> Option<&crate::syntax::Pattern> {
    match &rule.kind {
        RuleKind::File(file) if file.safety.is_none() => match &file.body {
            FileBody::Access { path, subset: false, target: None, .. } => Some(&path.value),
            _ => None,
        },
        _ => None,
    }
}

/// The rule with the letters of both; `None` where they cannot stand together.
fn merged(old: &Rule, new: &Rule) -> Option<Rule> {
    let (before, added) = (letters(old)?, letters(new)?);
    let mut execs = before.execs().chain(added.execs()).map(|exec| exec.value);
    let exec = execs.next();
    if execs.any(|other| Some(other) != exec) {
        return None;
    }
    let permissions = before.permissions() | added.permissions();
    let mut merged = old.clone();
    if permissions == before.permissions() && exec == before.execs().next().map(|exec| exec.value) {
        return Some(merged);
    }
    if let RuleKind::File(file) = &mut merged.kind
        && let FileBody::Access { permissions: written, .. } = &mut file.body
    {
        written.value = FileLetters::new(permissions, exec);
    }
    Some(merged)
}

fn letters(rule: &Rule) -> Option<&FileLetters> {
    match &rule.kind {
        RuleKind::File(file) => match &file.body {
            FileBody::Access { permissions, .. } => Some(&permissions.value),
            FileBody::All => None,
        },
        _ => None,
    }
}

/// The file of `local/` that a profile includes.
fn local_file(file: &crate::syntax::ast::File, name: &str) -> Option<PathBuf> {
    let local = |item: &Item| match &item.kind.value {
        ItemKind::Include(include) if include.path.form == PathForm::Angle => {
            let path = include.path.text();
            // Nothing outside of the directory.
            (path.starts_with("local/") && !path.contains("..")).then(|| PathBuf::from(path))
        }
        _ => None,
    };
    items(file, Scope::Profile(name)).iter().find_map(local)
}
