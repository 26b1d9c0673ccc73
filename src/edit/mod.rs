//! Editing the text of a profile through its syntax tree.
//!
//! An [`Editor`] adds, removes and replaces rules, sets modes and flags, and adds includes, with edits that touch only the lines
//! concerned: every other byte stays, comments, alignment and line ends included. A new rule goes where the conventions want it:
//! beside rules of its kind, in the order of `armorer fmt --sort`, indented as its neighbours.
//!
//! After each change the text is parsed again, and the new tree is compared with the old one with exactly this change. A rule is
//! a value of [`ast`](crate::ast), never text: no name or path that a caller passes can add a second rule or close a profile.
//!
//! ```
//! use armorer::Pattern;
//! use armorer::ast::{CapabilityRule, FileRule};
//! use armorer::edit::Editor;
//! use armorer::vocab::{Capability, ProfileMode};
//!
//! let text = "\
//! profile web {
//!   include <abstractions/base>
//!
//!   capability   setuid,   # to drop privileges
//!   /srv/web/**  r,
//! }
//! ";
//! let mut editor = Editor::new(text)?;
//! editor.set_mode("web", ProfileMode::Complain)?;
//! editor.add_rule("web", CapabilityRule::new(Capability::NetBindService))?;
//! editor.add_rule("web", FileRule::allow(Pattern::literal("/srv/my web/x")?, "rw".parse()?))?;
//! editor.add_include("web", "abstractions/nameservice")?;
//! assert_eq!(
//!     String::from_utf8(editor.finish())?,
//!     "\
//! profile web flags=(complain) {
//!   include <abstractions/base>
//!   include <abstractions/nameservice>
//!
//!   capability net_bind_service,
//!   capability   setuid,   # to drop privileges
//!   \"/srv/my web/x\" rw,
//!   /srv/web/**  r,
//! }
//! "
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod error;
mod header;
mod insert;
mod lines;
mod place;
mod remove;
mod scope;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::source::{Source, SourceId, SourceMap, Span};
use crate::syntax::ast::{File, Include, Item, ItemKind, Trivia};
use crate::syntax::keep::Keep;
use crate::syntax::{ParseError, parse_source};

use insert::Frame;
use lines::Lines;
use place::Body;
use remove::Above;
use scope::Owner;

pub use change::{Edit, apply};
pub use error::EditError;
pub use scope::Scope;

/// A text that is changed through its syntax tree. See the [module's documentation](self).
///
/// An operation that fails leaves the text as it was before.
#[derive(Debug)]
pub struct Editor {
    original: Vec<u8>,
    source: Arc<Source>,
    file: File,
    edits: Vec<Edit>,
}

impl Editor {
    /// Takes a text: a profile file, or a piece that others include.
    ///
    /// # Errors
    /// Everything that is wrong with the text: only one without errors can be edited.
    pub fn new(text: impl Into<Vec<u8>>) -> Result<Editor, ParseError> {
        let original = text.into();
        let (file, source) = parse_source(&original)?;
        Ok(Editor { original, source, file, edits: Vec::new() })
    }

    /// The text with all edits so far.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.source.text()
    }

    /// The tree of [`Editor::text`].
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The edits that lead from the text given to [`Editor::new`] to the present one, in order; none overlap.
    ///
    /// ```
    /// use armorer::ast::Include;
    /// use armorer::edit::{Editor, apply};
    ///
    /// let text = "profile a {\n  include <abstractions/base>\n}\n";
    /// let mut editor = Editor::new(text)?;
    /// editor.add_include("a", "abstractions/fonts")?;
    /// editor.remove_rule("a", Include::new("abstractions/base")?)?;
    /// assert_eq!(editor.edits().len(), 1);
    /// assert_eq!(apply(text.as_bytes(), editor.edits()).as_deref(), Some(editor.text()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The edited text.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.source.text().to_vec()
    }

    /// Adds a rule (or another item) to a profile, or to the top level of a file, where the conventions want it. `false`: it is
    /// there already.
    ///
    /// ```
    /// use armorer::ast::Include;
    /// use armorer::edit::{Editor, Scope};
    ///
    /// let mut editor = Editor::new("profile a { }\n")?;
    /// assert!(editor.add_rule("a", Include::new("local/a")?.if_exists())?);
    /// assert!(!editor.add_rule("a", Include::new("local/a")?.if_exists())?);
    /// assert!(editor.add_rule(Scope::File, Include::new("tunables/global")?)?);
    /// let text = "include <tunables/global>\n\nprofile a {\n  include if exists <local/a>\n}\n";
    /// assert_eq!(editor.finish(), text.as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, or when the rule's text would not be read as that rule.
    pub fn add_rule<'a>(&mut self, scope: impl Into<Scope<'a>>, rule: impl Into<ItemKind>) -> Result<bool, EditError> {
        let (owner, kind) = (self.owner(scope.into())?, rule.into());
        insert::check(&kind)?;
        self.change(owner, |editor, items, tail| {
            if items.iter().any(|item| item.kind.value == kind) {
                return None;
            }
            Some(add(&editor.source, owner, editor.frame(owner), (items, tail), kind.clone()))
        })
    }

    /// Adds `include <path>` beside the other includes. `false`: it is there already.
    ///
    /// # Errors
    /// As [`Editor::add_rule`], and when no path in angle brackets can be written so.
    pub fn add_include<'a>(&mut self, scope: impl Into<Scope<'a>>, path: impl AsRef<[u8]>) -> Result<bool, EditError> {
        self.add_rule(scope, Include::new(path)?)
    }

    /// Removes a rule that stands directly in a profile, or at the top level of a file, every time it is written there: whole
    /// lines where it stands alone, with the comment after it. Comments above it stay.
    ///
    /// ```
    /// use armorer::ast::CapabilityRule;
    /// use armorer::edit::Editor;
    /// use armorer::vocab::Capability;
    ///
    /// let mut editor = Editor::new("profile a { capability chown, /x r, }\n")?;
    /// editor.remove_rule("a", CapabilityRule::new(Capability::Chown))?;
    /// assert_eq!(editor.finish(), b"profile a { /x r, }\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, or no such rule.
    pub fn remove_rule<'a>(&mut self, scope: impl Into<Scope<'a>>, rule: impl Into<ItemKind>) -> Result<(), EditError> {
        self.remove(scope.into(), &rule.into(), Above::Keep)
    }

    /// As [`Editor::remove_rule`], with the comments above the rule that are about it.
    ///
    /// ```
    /// use armorer::ast::UsernsRule;
    /// use armorer::edit::Editor;
    ///
    /// let mut editor = Editor::new("profile a {\n  # for the sandbox\n  userns create,\n}\n")?;
    /// editor.remove_rule_with_comments("a", UsernsRule::new())?;
    /// assert_eq!(editor.text(), b"profile a {\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Editor::remove_rule`].
    pub fn remove_rule_with_comments<'a>(
        &mut self,
        scope: impl Into<Scope<'a>>,
        rule: impl Into<ItemKind>,
    ) -> Result<(), EditError> {
        self.remove(scope.into(), &rule.into(), Above::Remove)
    }

    /// Puts a rule into the place of another one, with the comments of that one. Where the new rule is there already, the old one
    /// is removed.
    ///
    /// ```
    /// use armorer::ast::CapabilityRule;
    /// use armorer::edit::Editor;
    /// use armorer::vocab::Capability;
    ///
    /// let mut editor = Editor::new("profile a {\n  capability sys_admin, # to mount\n}\n")?;
    /// editor.replace_rule("a", CapabilityRule::new(Capability::SysAdmin), CapabilityRule::new(Capability::Bpf))?;
    /// assert_eq!(editor.text(), b"profile a {\n  capability bpf, # to mount\n}\n");
    /// assert_eq!(editor.file().comments().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, no such rule, or when the new rule's text would not be read as that rule.
    pub fn replace_rule<'a>(
        &mut self,
        scope: impl Into<Scope<'a>>,
        old: impl Into<ItemKind>,
        new: impl Into<ItemKind>,
    ) -> Result<(), EditError> {
        let (scope, old, new) = (scope.into(), old.into(), new.into());
        let owner = self.owner(scope)?;
        insert::check(&new)?;
        if old == new {
            return self.expect(owner, scope, &old);
        }
        let is_there = self.has(owner, &new);
        if !is_there {
            self.expect(owner, scope, &old)?;
            self.change(owner, |editor, items, _| {
                let item = items.iter_mut().find(|item| item.kind.value == old)?;
                let (lines, end) = (Lines(editor.text()), item.kind.span.end as usize);
                let start = item.kind.span.start as usize;
                let mut text = insert::written(&new, lines.indentation(start), lines.line_end(start));
                if insert::ends_with_line(&new) && !lines.ends(lines::whole(item).end) {
                    text.extend(lines.line_end(start));
                }
                item.leading.truncate(lines::pieces_before(item));
                item.kind.value = new.clone();
                Some(Edit::new(start..end, text))
            })?;
        }
        match self.remove(scope, &old, Above::Keep) {
            Err(EditError::NoSuchRule { .. }) if !is_there => Ok(()),
            result => result,
        }
    }

    fn remove(&mut self, scope: Scope<'_>, rule: &ItemKind, above: Above) -> Result<(), EditError> {
        let owner = self.owner(scope)?;
        self.expect(owner, scope, rule)?;
        // The place of the profile changes with what it holds.
        while self.change(self.owner(scope)?, |editor, items, tail| {
            let index = items.iter().position(|item| item.kind.value == *rule)?;
            let removal = remove::removal(Lines(editor.text()), items, index, above)?;
            Some(removal.apply(items, tail, index))
        })? {}
        Ok(())
    }

    fn has(&self, owner: Owner, rule: &ItemKind) -> bool {
        scope::items(&self.file, owner).iter().any(|item| item.kind.value == *rule)
    }

    fn expect(&self, owner: Owner, scope: Scope<'_>, rule: &ItemKind) -> Result<(), EditError> {
        if self.has(owner, rule) {
            return Ok(());
        }
        let rule = String::from_utf8_lossy(&crate::syntax::printer::item_text(rule)).into_owned();
        Err(EditError::NoSuchRule { rule, place: scope.to_string() })
    }

    fn owner(&self, scope: Scope<'_>) -> Result<Owner, EditError> {
        scope::owner(&self.source, &self.file, scope)
    }

    /// Where a body stands in the text.
    fn frame(&self, owner: Owner) -> Frame {
        let mut frame = Frame::File;
        self.file.walk(&mut |item| {
            if let ItemKind::Profile(profile) = &item.kind.value
                && owner == Owner::Profile(item.kind.span)
            {
                let close = (item.kind.span.end as usize).saturating_sub(1);
                frame = Frame::Braces(header::body_start(Lines(self.text()), profile), close);
            }
        });
        frame
    }

    /// Changes a body. `plan` makes the change in the tree and gives the edit that makes it in the text.
    fn change(
        &mut self,
        owner: Owner,
        mut plan: impl FnMut(&Editor, &mut Vec<Item>, &mut Vec<Trivia>) -> Option<Edit>,
    ) -> Result<bool, EditError> {
        let mut file = self.file.clone();
        let mut edit = None;
        scope::visit(&mut file, &mut |other, items, tail| {
            if owner == other {
                edit = plan(self, items, tail);
            }
            owner == other
        });
        edit.map_or(Ok(false), |edit| self.commit(edit, &file).map(|()| true))
    }

    /// Makes an edit, if it leads to the expected tree.
    fn commit(&mut self, edit: Edit, expected: &File) -> Result<(), EditError> {
        let text = apply(self.text(), [&edit]).ok_or(EditError::Unproved)?;
        if text.len() > SourceMap::MAX_LEN as usize {
            return Err(EditError::TooLarge);
        }
        let (file, source) = parse_source(&text).map_err(|_| EditError::Unproved)?;
        if file != *expected {
            return Err(EditError::Unproved);
        }
        change::push(&mut self.edits, &self.original, self.source.text(), edit);
        (self.file, self.source) = (file, source);
        Ok(())
    }
}

/// The edit that removes an item from the list that it is in, of a text that is parsed already.
pub(crate) fn removal(source: &Source, id: SourceId, items: &[Item], index: usize) -> Option<Edit> {
    let removal = remove::removal(Lines(source.text()), items, index, Above::Keep)?;
    Some(Edit::new(removal.range, "").of(id))
}

/// The edit that adds an item to the top level of a text that is parsed already.
pub(crate) fn addition(source: &Source, id: SourceId, file: &File, kind: ItemKind) -> Edit {
    let (mut items, mut tail) = (file.items.clone(), file.tail.clone());
    add(source, Owner::File, Frame::File, (&mut items, &mut tail), kind).of(id)
}

/// Adds an item to a body, and gives the edit that does so in the text.
fn add(
    source: &Source,
    owner: Owner,
    frame: Frame,
    (items, tail): (&mut Vec<Item>, &mut Vec<Trivia>),
    kind: ItemKind,
) -> Edit {
    let keep = Keep::new(source, None);
    let stays = |span: Span| keep.touches(source, span);
    let slot = Body { items, stays: &stays, is_file: owner == Owner::File }.slot(&kind);
    insert::insert(Lines(source.text()), frame, items, tail, slot, kind)
}
