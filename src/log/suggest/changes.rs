//! The changes of files that write what a plan has picked.

use std::collections::BTreeMap;

use crate::diagnostic::Escaped;
use crate::edit::{EditError, Editor, Scope};
use crate::lines::LineDiff;
use crate::syntax::ast::{FileBody, FileLetters, ItemKind, Rule, RuleKind};
use crate::vocab::FilePermissions;

use super::plan::{SuggestError, SuggestionOutcome, SuggestionPlan};
use super::tree::SuggestTree;

/// A change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileChange {
    /// The name of the file.
    pub file: String,
    /// Its text; empty where the file is to be made.
    pub old: Vec<u8>,
    /// The text that it gets.
    pub new: Vec<u8>,
}

impl FileChange {
    /// The unified diff.
    #[must_use]
    pub fn diff(&self) -> String {
        let name = Escaped::line(&self.file).to_string();
        let (old, new) = (String::from_utf8_lossy(&self.old), String::from_utf8_lossy(&self.new));
        LineDiff::new(&old, &new).unified(&name)
    }
}

impl SuggestionPlan {
    /// The changes that write what is picked into the profiles: each rule in its place by the conventions, letters of a rule that
    /// is there already merged into it, every other byte as it was.
    ///
    /// # Errors
    /// When a file cannot be edited.
    pub fn changes(&self, tree: &SuggestTree) -> Result<Vec<FileChange>, SuggestError> {
        self.written(tree, self.options.local)
    }

    pub(super) fn written(&self, tree: &SuggestTree, local: bool) -> Result<Vec<FileChange>, SuggestError> {
        let mut editors: BTreeMap<String, (Vec<u8>, Editor)> = BTreeMap::new();
        for suggestion in &self.suggestions {
            let SuggestionOutcome::Candidates { list, picked: Some(picked) } = &suggestion.outcome else { continue };
            let (Some(home), Some(candidate)) = (&suggestion.home, list.get(*picked)) else { continue };
            let Some(file) = tree.files.get(home.file) else { continue };
            let old = if file.is_new { Vec::new() } else { file.text.clone() };
            let (mut name, mut scope) = (file.name.clone(), Scope::Profile(&home.scope));
            let editor = edited(&mut editors, &name, old, &file.text)?;
            if local {
                let items = editor.rules_of(scope).unwrap_or_default();
                if let Some((path, text)) = tree.local(&items) {
                    (name, scope) = (path, Scope::File);
                    let text = text.unwrap_or_default();
                    edited(&mut editors, &name, text.clone(), &text)?;
                }
            }
            let Some((_, editor)) = editors.get_mut(&name) else { continue };
            for item in &candidate.items {
                let failed = |error| SuggestError::Edit { file: name.clone(), error };
                write(editor, scope, item).map_err(failed)?;
            }
        }
        let changed = editors.into_iter().filter_map(|(file, (old, editor))| {
            let change = FileChange { file, old, new: editor.finish() };
            (change.old != change.new).then_some(change)
        });
        Ok(changed.collect())
    }
}

/// The editor of a file, which is opened where it is the first change.
fn edited<'a>(
    editors: &'a mut BTreeMap<String, (Vec<u8>, Editor)>,
    name: &str,
    old: Vec<u8>,
    text: &[u8],
) -> Result<&'a mut Editor, SuggestError> {
    if !editors.contains_key(name) {
        let failed = |error| SuggestError::Parse { file: name.to_owned(), error: Box::new(error) };
        editors.insert(name.to_owned(), (old, Editor::new(text).map_err(failed)?));
    }
    match editors.get_mut(name) {
        Some((_, editor)) => Ok(editor),
        None => Err(SuggestError::Offer("the file cannot be edited")),
    }
}

/// Adds a rule to a profile, or its letters to the rule about the same path.
fn write(editor: &mut Editor, scope: Scope<'_>, item: &ItemKind) -> Result<(), EditError> {
    if let ItemKind::Rule(rule) = item {
        for known in editor.rules_of(scope)? {
            if let ItemKind::Rule(old) = &known
                && let Some(merged) = merged(old, rule)
            {
                return if merged == *old { Ok(()) } else { editor.replace_rule(scope, known.clone(), merged) };
            }
        }
    }
    editor.add_rule(scope, item.clone()).map(|_| ())
}

/// A rule with the letters of another one about the same path, where all else about them is the same.
fn merged(old: &Rule, new: &Rule) -> Option<Rule> {
    let (RuleKind::File(a), RuleKind::File(b)) = (&old.kind, &new.kind) else { return None };
    let (
        FileBody::Access { leading: false, path, permissions: had, target: None, .. },
        FileBody::Access { path: other, permissions: more, target: None, .. },
    ) = (&a.body, &b.body)
    else {
        return None;
    };
    let same_path = path == other || path.literal_value().is_some_and(|it| Some(it) == other.literal_value());
    let execs = (had.execs().next().map(|it| it.value), more.execs().next().map(|it| it.value));
    let exec = match execs {
        (Some(one), Some(two)) if one != two => return None,
        (one, two) => one.or(two),
    };
    if !same_path || old.prefix != new.prefix || a.safety != b.safety {
        return None;
    }
    let letters: FilePermissions = had.permissions() | more.permissions();
    if letters == had.permissions() && exec == execs.0 {
        return Some(old.clone());
    }
    let mut rule = old.clone();
    if let RuleKind::File(file) = &mut rule.kind
        && let FileBody::Access { permissions, .. } = &mut file.body
    {
        permissions.value = FileLetters::new(letters, exec);
    }
    Some(rule)
}
