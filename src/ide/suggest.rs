//! Completions: words of the language, and names of existing entities.

use std::path::{Path, PathBuf};

use super::complete;
use super::context::{CandidateQuery, CursorContext, EnclosingElement};
use super::workspace::{Cursor, Workspace};
use crate::resolve::{VariableValue, is_skipped};
use crate::source::{DirEntry, FileKind, FileSystem, Loader, Span};

/// The kind of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompletionKind {
    /// A keyword.
    Keyword,
    /// Permissions.
    Permission,
    /// One of a fixed set of names: a capability, a signal, a family, …
    Member,
    /// The name of a condition.
    Condition,
    /// A sign between words.
    Operator,
    /// A variable.
    Variable,
    /// A profile.
    Profile,
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Something that may be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// The text that is shown.
    pub label: String,
    /// Its kind.
    pub kind: CompletionKind,
    /// One line about it, in plain text.
    pub detail: String,
    /// All about it, in Markdown; may be empty.
    pub documentation: String,
    /// The text that is inserted, if it is not the label.
    pub insert: Option<String>,
    /// First byte of what it takes the place of, and the one after the last.
    pub replaces: std::ops::Range<u32>,
}

/// The maximum number of suggested names of one kind.
const MOST: usize = 2000;

impl Workspace {
    /// Returns the completions at an offset of a file. What is written there already is not compared with it.
    pub fn suggestions(&mut self, path: &Path, offset: u32) -> Vec<Completion> {
        let Some(cursor) = self.cursor(path, offset) else { return Vec::new() };
        let context = CursorContext::new(cursor.source.text(), cursor.offset);
        let mut found = Vec::new();
        for wanted in context.wanted() {
            let names = match wanted {
                CandidateQuery::Variables { boolean } => self.variables(&cursor, &context, boolean),
                CandidateQuery::Includes { angle } => self.files(&context, angle, false),
                CandidateQuery::AbiFiles { angle } => self.files(&context, angle, true),
                CandidateQuery::Profiles => self.profiles(&context),
                CandidateQuery::Children => self.children(&cursor, &context),
                CandidateQuery::Paths => paths(&context),
            };
            found.extend(names);
        }
        found.extend(complete::keywords(&context));
        // Places of the text, as places of the file.
        for suggestion in &mut found {
            let span = Span::new(cursor.tree.source, suggestion.replaces.start, suggestion.replaces.end);
            if let Some(place) = self.place(span) {
                suggestion.replaces = place.span.start..place.span.end;
            }
        }
        found
    }

    /// The variables that the file, or the one that includes it, has.
    fn variables(&mut self, cursor: &Cursor, context: &CursorContext<'_>, boolean: bool) -> Vec<Completion> {
        let Some(resolved) = self.resolved(&cursor.path) else { return Vec::new() };
        let replaces = context.replaced();
        let braces = matches!(context.inside, EnclosingElement::Variable { .. });
        let closed = context.text.get(replaces.end as usize) == Some(&b'}');
        let opened = (replaces.start as usize).checked_sub(1).and_then(|at| context.text.get(at)) == Some(&b'{');
        let write = |name: &str| match (braces, boolean) {
            (true, _) if closed || !opened => name.to_owned(),
            (true, _) => format!("{name}}}"),
            (false, false) => format!("@{{{name}}}"),
            (false, true) => format!("${name}"),
        };
        let named = resolved.variables.iter().filter_map(|variable| match variable {
            VariableValue::Bool { name, value } if boolean => Some((
                name.to_string(),
                value.map_or("unknown", |value| if value { "true" } else { "false" }).to_owned(),
            )),
            VariableValue::Set { name, written, .. } if !boolean => {
                let values: Vec<String> = written.iter().take(6).map(|value| value.value.to_string()).collect();
                Some((name.to_string(), values.join(" ")))
            }
            _ => None,
        });
        let each = named.take(MOST).map(|(name, detail)| Completion {
            insert: Some(write(&name)),
            label: name,
            kind: CompletionKind::Variable,
            detail,
            documentation: String::new(),
            replaces: replaces.clone(),
        });
        each.collect()
    }

    /// Files that can be included, a directory at a time; of `abi` rules, those with features.
    fn files(&self, context: &CursorContext<'_>, angle: bool, abi: bool) -> Vec<Completion> {
        let partial = String::from_utf8_lossy(context.partial()).into_owned();
        let (parent, name) = partial.rsplit_once('/').map_or(("", partial.as_str()), |(parent, name)| (parent, name));
        let options = &self.settings.options;
        let directories: Vec<PathBuf> = if angle {
            options.search_list().map(|directory| directory.join(parent.trim_start_matches('/'))).collect()
        } else {
            vec![options.working_directory.join(if partial.starts_with('/') {
                format!("/{parent}")
            } else {
                parent.into()
            })]
        };
        let replaces = context.replaced();
        let start = context.word.end.saturating_sub(u32::try_from(name.len()).unwrap_or(0));
        let replaces = start.max(replaces.start)..replaces.end;
        let behind = context.text.get(replaces.end as usize..).unwrap_or_default();
        let closed = behind.iter().take_while(|&&byte| byte != b'\n').any(|&byte| byte == b'>');
        let mut found: Vec<Completion> = Vec::new();
        let mut add = |name: String, directory: bool, detail: String| {
            let write = match (directory, angle && !closed) {
                (true, _) => format!("{name}/"),
                (false, true) => format!("{name}>"),
                (false, false) => name.clone(),
            };
            let kind = if directory { CompletionKind::Directory } else { CompletionKind::File };
            if !found.iter().any(|known| known.label == name) {
                found.push(Completion {
                    label: name,
                    kind,
                    detail,
                    documentation: String::new(),
                    insert: Some(write),
                    replaces: replaces.clone(),
                });
            }
        };
        if abi && angle && parent.is_empty() {
            add("kernel".into(), false, "the features of the kernel that the policy is compiled for".into());
        }
        for directory in directories {
            let entries = self.session.entries(&directory).unwrap_or_default();
            for DirEntry { name, kind } in entries.iter().take(MOST) {
                let is_directory = *kind == Ok(FileKind::Directory);
                let wanted = is_directory || *kind == Ok(FileKind::File) && !is_skipped(name);
                // At the top of the tree lie profiles, which are not included.
                if wanted && (is_directory || !parent.is_empty() || !angle) {
                    add(name.clone(), is_directory, directory.display().to_string());
                }
            }
        }
        found.sort_by(|a, b| a.label.cmp(&b.label));
        found
    }

    /// The profiles of the workspace.
    fn profiles(&mut self, context: &CursorContext<'_>) -> Vec<Completion> {
        let replaces = context.replaced();
        let mut found: Vec<Completion> = Vec::new();
        for (path, symbols) in self.index().files() {
            let plain = |name: &str| !name.contains(['{', '*', '@', ' ']);
            let profiles = symbols.profiles.iter().filter(|it| plain(&it.name.to_string()));
            found.extend(profiles.map(|profile| Completion {
                label: profile.name.to_string(),
                kind: CompletionKind::Profile,
                detail: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                documentation: String::new(),
                insert: None,
                replaces: replaces.clone(),
            }));
        }
        found.sort_by(|a, b| a.label.cmp(&b.label));
        found.dedup_by(|a, b| a.label == b.label);
        found.truncate(MOST);
        found
    }

    /// The hats and children of the profile around the cursor.
    fn children(&mut self, cursor: &Cursor, context: &CursorContext<'_>) -> Vec<Completion> {
        let Some(parent) = context.blocks.iter().find_map(|block| block.name.clone()) else { return Vec::new() };
        let parent = String::from_utf8_lossy(context.slice(&parent)).into_owned();
        let prefix = format!("{parent}//");
        let replaces = context.replaced();
        let symbols = self.index().symbols(&cursor.path);
        let names = symbols.into_iter().flat_map(|symbols| &symbols.profiles).map(|profile| profile.name.to_string());
        let children = names.filter_map(|name| name.strip_prefix(&prefix).map(str::to_owned)).map(|label| Completion {
            label,
            kind: CompletionKind::Profile,
            detail: format!("child of {parent}"),
            documentation: String::new(),
            insert: None,
            replaces: replaces.clone(),
        });
        children.collect()
    }
}

/// Files of this machine, a directory at a time.
fn paths(context: &CursorContext<'_>) -> Vec<Completion> {
    let partial = String::from_utf8_lossy(context.partial()).into_owned();
    // What a pattern matches is not one directory.
    if !partial.starts_with('/') || partial.contains(['*', '?', '[', '{', '@', '\\']) {
        return Vec::new();
    }
    let Some((parent, name)) = partial.rsplit_once('/') else { return Vec::new() };
    let directory = PathBuf::from(format!("{parent}/"));
    let Ok(mut entries) = FileSystem.read_dir(&directory) else { return Vec::new() };
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let hidden = |entry: &DirEntry| entry.name.starts_with('.') && !name.starts_with('.');
    let plain = |entry: &&DirEntry| !hidden(entry) && !entry.name.contains([' ', '"', ',']);
    let replaces = context.replaced();
    let start = context.word.end.saturating_sub(u32::try_from(name.len()).unwrap_or(0));
    let each = entries.iter().filter(plain).take(MOST).map(|entry| {
        let is_directory = entry.kind == Ok(FileKind::Directory);
        Completion {
            label: entry.name.clone(),
            kind: if is_directory { CompletionKind::Directory } else { CompletionKind::File },
            detail: format!("{parent}/{}", entry.name),
            documentation: String::new(),
            insert: is_directory.then(|| format!("{}/", entry.name)),
            replaces: start.max(replaces.start)..replaces.end,
        }
    });
    each.collect()
}
