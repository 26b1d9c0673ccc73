//! Comments that are written and removed for themselves.

#[cfg(any(feature = "lsp", test))]
use crate::source::SourceId;
use crate::source::Span;

use super::change::Edit;
use super::lines::{TextLines, is_blank};

/// The edit that writes a comment on a line of its own above the line of an offset, indented alike.
#[cfg(any(feature = "lsp", test))]
pub(crate) fn comment_above(text: &[u8], id: SourceId, at: usize, comment: &str) -> Edit {
    let lines = TextLines(text);
    let start = lines.start(at);
    Edit::new(start..start, [lines.indentation(at), comment.as_bytes(), lines.line_end(at)].concat()).of(id)
}

/// The edit that removes a comment: with its line where nothing else stands on it, or with the blanks before it.
pub(crate) fn comment_removal(text: &[u8], span: Span) -> Edit {
    let (lines, start, end) = (TextLines(text), span.start as usize, span.end as usize);
    let range = if lines.begins(start) && lines.ends(end) {
        lines.start(start)..lines.end(end)
    } else {
        start - lines.slice(0..start).iter().rev().take_while(|byte| is_blank(byte)).count()..end
    };
    Edit::new(range, "").of(span.source)
}
