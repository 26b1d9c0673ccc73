//! Editing the text of a profile through its syntax tree.
//!
//! An [`Editor`] adds, removes and replaces rules, sets modes and flags, and adds includes, with edits that touch only the lines
//! concerned: every other byte stays, comments, alignment and line ends included. A new rule goes where the conventions want it:
//! beside rules of its kind, in the order of `armorer fmt --sort`, indented as its neighbours.
//!
//! A profile consists of the rules directly in it and those in its qualifier blocks (`deny { … }`) and conditionals, but not those of
//! its children. A rule is known by its meaning: `deny /x w,` is found as `/x w,` in `deny { … }`, and `/x w,` is not. A new
//! rule goes directly into the profile, unless the profile or a block of it has the rule already; one in a conditional does not
//! count, for it may not hold. Removing takes a rule out of every block and branch, after which the profile has it nowhere. A block
//! that becomes empty stays.
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
mod comments;
mod error;
mod fixes;
mod header;
mod insert;
mod lines;
mod nesting;
mod place;
mod remove;
mod rewrite;
mod rules;
mod scope;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::source::{Source, SourceMap};
use crate::syntax::ast::{File, Item, ItemKind, Trivia};
use crate::syntax::{ParseError, parse_source};

use insert::BodyFrame;
use lines::TextLines;
use nesting::ListPath;
use scope::ListOwner;

pub use change::{Edit, apply};
#[cfg(any(feature = "lsp", test))]
pub(crate) use comments::comment_above;
pub(crate) use comments::comment_removal;
pub use error::EditError;
pub(crate) use fixes::{addition, merge, rewrite};
#[cfg(feature = "cli")]
pub(crate) use scope::ProfileHeader;
pub use scope::Scope;
#[cfg(any(feature = "cli", feature = "log"))]
pub(crate) use scope::headers;

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

    fn owner(&self, scope: Scope<'_>) -> Result<ListOwner, EditError> {
        scope::owner(&self.source, &self.file, scope)
    }

    /// Returns the frame of a body in the text.
    fn frame(&self, owner: ListOwner) -> BodyFrame {
        let mut frame = BodyFrame::File;
        self.file.walk(&mut |item| {
            if let ItemKind::Profile(profile) = &item.kind.value
                && owner == ListOwner::Profile(item.kind.span)
            {
                let close = (item.kind.span.end as usize).saturating_sub(1);
                frame = BodyFrame::Braces(header::body_start(TextLines(self.text()), profile), close);
            }
        });
        frame
    }

    /// Changes a list of items. `plan` makes the change in the tree and gives the edit that makes it in the text.
    fn change(
        &mut self,
        path: ListPath,
        plan: impl FnOnce(&Editor, &mut Vec<Item>, &mut Vec<Trivia>) -> Option<Edit>,
    ) -> Result<bool, EditError> {
        let mut file = self.file.clone();
        let edit = path.list(&mut file).and_then(|(items, tail)| plan(self, items, tail));
        edit.map_or(Ok(false), |edit| self.commit(edit, &file).map(|()| true))
    }

    /// Does several steps, or none of them.
    fn all_or_nothing(&mut self, steps: impl FnOnce(&mut Editor) -> Result<(), EditError>) -> Result<(), EditError> {
        let before = (self.file.clone(), Arc::clone(&self.source), self.edits.clone());
        steps(self).inspect_err(|_| (self.file, self.source, self.edits) = before)
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
