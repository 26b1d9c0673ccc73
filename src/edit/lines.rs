//! Lines of a text, and the places of items in them.

use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::source::Span;
use crate::syntax::ast::{Item, Trivia};

/// A text, looked at by its lines.
#[derive(Clone, Copy)]
pub(super) struct TextLines<'a>(pub(super) &'a [u8]);

impl<'a> TextLines<'a> {
    pub(super) fn slice(self, range: Range<usize>) -> &'a [u8] {
        self.0.get(range).unwrap_or_default()
    }

    /// Returns the start of the line of an offset.
    pub(super) fn start(self, at: usize) -> usize {
        memrchr(b'\n', self.slice(0..at)).map_or(0, |newline| newline + 1)
    }

    /// The offset after the line end of the line of an offset.
    pub(super) fn end(self, at: usize) -> usize {
        memchr(b'\n', self.slice(at..self.0.len())).map_or(self.0.len(), |newline| at + newline + 1)
    }

    /// Whether nothing stands before an offset on its line.
    pub(super) fn begins(self, at: usize) -> bool {
        self.slice(self.start(at)..at).trim_ascii().is_empty()
    }

    /// Whether nothing follows an offset on its line.
    pub(super) fn ends(self, at: usize) -> bool {
        self.slice(at..self.end(at)).trim_ascii().is_empty()
    }

    /// The blanks that the line of an offset begins with.
    pub(super) fn indentation(self, at: usize) -> &'a [u8] {
        let start = self.start(at);
        let line = self.slice(start..self.0.len());
        self.slice(start..start + line.iter().take_while(|byte| is_blank(byte)).count())
    }

    /// The blanks of one level.
    pub(super) fn step(self) -> &'static [u8] {
        if self.0.starts_with(b"\t") || memchr::memmem::find(self.0, b"\n\t").is_some() { b"\t" } else { b"  " }
    }

    /// Returns the line end of an offset's line; for a last line without line end, that of the line before.
    pub(super) fn line_end(self, at: usize) -> &'static [u8] {
        let next = memchr(b'\n', self.slice(at..self.0.len())).map(|newline| at + newline);
        let newline = next.or_else(|| memrchr(b'\n', self.0)).unwrap_or(0);
        if self.slice(0..newline).ends_with(b"\r") { b"\r\n" } else { b"\n" }
    }

    /// Returns the start of the blank lines directly above the line that begins at `start`.
    pub(super) fn blank_above(self, start: usize) -> usize {
        let mut at = start;
        while at > 0 && self.slice(self.start(at - 1)..at).trim_ascii().is_empty() {
            at = self.start(at - 1);
        }
        at
    }

    /// Returns the end of the blank lines from the line that begins at `start`.
    pub(super) fn blank_below(self, start: usize) -> usize {
        let mut at = start;
        while at < self.0.len() && self.ends(at) {
            at = self.end(at);
        }
        at
    }
}

pub(super) fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns the range of an item, with the comment after it.
pub(super) fn whole(item: &Item) -> Range<usize> {
    let span = item.trailing.as_ref().map_or(item.kind.span, |comment| item.kind.span.to(comment.span));
    span.start as usize..span.end as usize
}

/// Returns the number of pieces of an item's trivia that stand before it; the others are comments from inside.
pub(super) fn pieces_before(item: &Item) -> usize {
    let start = item.kind.span.start;
    let inside = |piece: &&Trivia| comment(piece).is_some_and(|span| span.start >= start);
    item.leading.len() - item.leading.iter().rev().take_while(inside).count()
}

/// The place of a comment.
pub(super) fn comment(piece: &Trivia) -> Option<Span> {
    match piece {
        Trivia::Comment(comment) => Some(comment.span),
        Trivia::Blank => None,
    }
}
