//! Changes of a text: one type for all who make them, applying them, and joining those that follow each other.

use std::ops::Range;

use crate::source::{SourceId, Span};

/// Puts other bytes into the place of a span.
///
/// ```
/// use armorer::edit::{Edit, apply};
///
/// let edit = Edit::new(3..5, "cd");
/// assert_eq!(apply(b"ab xy.", [&edit]).as_deref(), Some(&b"ab cd."[..]));
/// assert_eq!(edit.range(), 3..5);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// The bytes that are replaced; an empty span inserts.
    pub span: Span,
    /// The new bytes.
    pub replacement: Vec<u8>,
}

impl Edit {
    /// An edit of a text that has no name; offsets past 4 GiB, which no text has, become the last one.
    #[must_use]
    pub fn new(range: Range<usize>, replacement: impl Into<Vec<u8>>) -> Edit {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(SourceId::NONE, offset(range.start), offset(range.end));
        Edit { span, replacement: replacement.into() }
    }

    /// The same edit of a text of a [`SourceMap`](crate::source::SourceMap).
    pub(crate) fn of(mut self, source: SourceId) -> Edit {
        self.span.source = source;
        self
    }

    /// The offsets of the bytes that are replaced.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.span.start as usize..self.span.end as usize
    }

    /// Returns the number of bytes by which the text grows.
    fn growth(&self) -> i64 {
        self.replacement.len() as i64 - (i64::from(self.span.end) - i64::from(self.span.start))
    }
}

/// Applies edits, which are in order and do not overlap, to the text that their spans are about.
///
/// `None` where they overlap, are out of order, or do not fit the text.
///
/// ```
/// use armorer::edit::{Edit, apply};
///
/// let edits = [Edit::new(0..1, "A"), Edit::new(1..1, "+"), Edit::new(2..3, "")];
/// assert_eq!(apply(b"abc", &edits).as_deref(), Some(&b"A+b"[..]));
/// assert_eq!(apply(b"ab", &edits), None);
/// ```
#[must_use]
pub fn apply<'a>(text: &[u8], edits: impl IntoIterator<Item = &'a Edit>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(text.get(at..edit.span.start as usize)?);
        out.extend_from_slice(&edit.replacement);
        at = edit.span.end.max(edit.span.start) as usize;
    }
    out.extend_from_slice(text.get(at..)?);
    Some(out)
}

/// Adds an edit of the present text to those that led to it from the original one; edits that touch become one.
pub(super) fn push(edits: &mut Vec<Edit>, original: &[u8], present: &[u8], next: Edit) {
    let range = next.range();
    let offset = |at: usize, growth: i64| usize::try_from(at as i64 - growth).unwrap_or(0);
    let (mut start, mut end, mut from, mut to) = (range.start, range.end, usize::MAX, 0);
    let (mut before, mut growth) = (0, 0);
    let mut index = 0;
    edits.retain(|edit| {
        let here = usize::try_from(i64::from(edit.span.start) + growth).unwrap_or(0);
        let there = here + edit.replacement.len();
        if range.end < here {
            return true;
        }
        growth += edit.growth();
        if there < range.start {
            (before, index) = (growth, index + 1);
            return true;
        }
        (start, end) = (start.min(here), end.max(there));
        (from, to) = (from.min(edit.range().start), to.max(edit.range().end));
        false
    });
    let (from, to) = (from.min(offset(range.start, before)), to.max(offset(range.end, growth)));
    let head = present.get(start..range.start).unwrap_or_default();
    let rest = present.get(range.end..end).unwrap_or_default();
    let joined = Edit::new(from..to, [head, &next.replacement, rest].concat());
    if original.get(from..to) != Some(&*joined.replacement) {
        edits.insert(index, joined);
    }
}
