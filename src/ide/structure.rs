//! The shape of an open text: outline, folds, selections, tokens, and the syntax of what is being written.

use std::ops::Range;
use std::path::Path;

use super::context::CursorContext;
use super::outline;
use super::workspace::{Cursor, Workspace};
use super::{folding, selection, signature, tokens};
use crate::source::Span;

pub use super::folding::FoldKind;
pub use super::outline::SymbolKind as OutlineKind;
pub use super::tokens::TokenKind;

/// A symbol of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutlineSymbol {
    /// Its name: a profile's as written, a variable's with its sigil.
    pub name: String,
    /// Its kind.
    pub kind: OutlineKind,
    /// Attachment and flags, or the values.
    pub detail: String,
    /// The range of its name in bytes of the file.
    pub name_range: Range<u32>,
    /// The range of all of it.
    pub range: Range<u32>,
    /// The symbols inside it.
    pub children: Vec<OutlineSymbol>,
}

/// A range that can be folded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fold {
    /// The range in bytes of the file; it covers more than one line.
    pub range: Range<u32>,
    /// Its kind.
    pub kind: FoldKind,
}

/// A word of a text with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// The range in bytes of the file.
    pub range: Range<u32>,
    /// Its kind.
    pub kind: TokenKind,
    /// It declares what it names.
    pub declaration: bool,
    /// The compiler sets it.
    pub built_in: bool,
    /// Permissions that let the task execute something unconfined.
    pub unconfined: bool,
}

/// The syntax of what is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// All of it.
    pub label: String,
    /// Its parts, each a text of the label, with what it is.
    pub parameters: Vec<(String, String)>,
    /// The part at the cursor, if it is one of them.
    pub active: Option<usize>,
}

impl Workspace {
    /// Profiles, hats, variables and aliases of a file, as they are nested.
    #[must_use]
    pub fn outline(&self, path: &Path) -> Vec<OutlineSymbol> {
        let texts = self.texts(path);
        texts.iter().flat_map(|text| self.located(outline::symbols(&text.tree.file), 0)).collect()
    }

    /// Symbols nested deeper than clients can read are left out.
    fn located(&self, symbols: Vec<outline::OutlineItem>, depth: u32) -> Vec<OutlineSymbol> {
        const MOST: u32 = 30;
        if depth >= MOST {
            return Vec::new();
        }
        let each = symbols.into_iter().filter_map(|symbol| {
            let outline::OutlineItem { name, kind, detail, name_span, span, children } = symbol;
            let (name_range, range) = (self.range(name_span)?, self.range(span)?);
            // The one lies within the other, whatever a manifest makes of them.
            let range = range.start.min(name_range.start)..range.end.max(name_range.end);
            Some(OutlineSymbol { name, kind, detail, name_range, range, children: self.located(children, depth + 1) })
        });
        each.collect()
    }

    /// Returns the folding ranges of a file.
    #[must_use]
    pub fn folds(&self, path: &Path) -> Vec<Fold> {
        let folds_of = |text: &Cursor| {
            let folds = folding::folds(&text.tree.file, text.source.text()).into_iter();
            let each = folds.filter_map(|fold| {
                let range = self.range(Span::new(text.tree.source, fold.start, fold.end))?;
                Some(Fold { range, kind: fold.kind })
            });
            each.collect::<Vec<_>>()
        };
        self.texts(path).iter().flat_map(folds_of).collect()
    }

    /// The ranges around an offset, the smallest first.
    #[must_use]
    pub fn selections(&self, path: &Path, offset: u32) -> Vec<Range<u32>> {
        let Some(cursor) = self.cursor(path, offset) else { return Vec::new() };
        let spans = selection::ranges(&cursor.tree.file, cursor.source.text(), cursor.offset);
        let mut ranges: Vec<Range<u32>> = spans.into_iter().filter_map(|span| self.range(span)).collect();
        // Each holds the one before.
        let mut last = offset..offset;
        ranges.retain(|range| {
            let holds = range.start <= last.start && last.end <= range.end && *range != last;
            if holds {
                last = range.clone();
            }
            holds
        });
        ranges
    }

    /// The words of a file with what they are, in order; none overlap.
    #[must_use]
    pub fn tokens(&self, path: &Path) -> Vec<Token> {
        let tokens_of = |text: &Cursor| {
            let tokens = tokens::tokens(&text.tree.file, text.source.text()).into_iter();
            let each = tokens.filter_map(|token| {
                let span = Span::new(text.tree.source, token.start, token.start.saturating_add(token.len));
                let tokens::TokenModifiers { declaration, built_in, unconfined } = token.modifiers;
                Some(Token { range: self.range(span)?, kind: token.kind, declaration, built_in, unconfined })
            });
            each.collect::<Vec<_>>()
        };
        let mut all: Vec<Token> = self.texts(path).iter().flat_map(tokens_of).collect();
        all.sort_by_key(|token| (token.range.start, token.range.end));
        let mut end = 0;
        all.retain(|token| {
            let fits = token.range.start >= end && token.range.end > token.range.start;
            if fits {
                end = token.range.end;
            }
            fits
        });
        all
    }

    /// The syntax of what is being written at an offset.
    #[must_use]
    pub fn signature(&self, path: &Path, offset: u32) -> Option<Signature> {
        let cursor = self.cursor(path, offset)?;
        let found = signature::signature(&CursorContext::new(cursor.source.text(), cursor.offset))?;
        let own = |text: &str| text.to_owned();
        Some(Signature {
            label: own(found.label),
            active: (found.active < found.parameters.len()).then_some(found.active),
            parameters: found.parameters.into_iter().map(|(label, text)| (own(label), own(text))).collect(),
        })
    }

    /// The place of a span in the file that holds it.
    fn range(&self, span: Span) -> Option<Range<u32>> {
        self.place(span).map(|place| place.span.start..place.span.end)
    }
}
