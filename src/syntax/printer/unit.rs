//! The lines of the printed text with their origins.

use crate::source::Span;
use crate::syntax::ast::{Block, Item, Trivia};

/// A piece of the printed text, made of whole lines: an item without block, a comment, or what stands before, between or after
/// the blocks of an item.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct PrintedUnit {
    /// Offset of its start in the printed text.
    pub(in crate::syntax) at: usize,
    /// Whether a blank line stands before it, which precedes `at`.
    pub(in crate::syntax) blank: bool,
    /// The place where it is written, with blanks and line ends around it.
    pub(in crate::syntax) span: Span,
}

/// Returns the place of an item, including its trailing comment.
pub(super) fn whole(item: &Item) -> Span {
    item.trailing.as_ref().map_or(item.kind.span, |comment| item.kind.span.to(comment.span))
}

/// Returns the start of the first thing in a block.
pub(super) fn first(block: &Block) -> Option<u32> {
    let item = block.items.first();
    let comments = item.map_or(block.tail.as_slice(), |item| item.leading.as_slice());
    let comment = comments.iter().find_map(|piece| match piece {
        Trivia::Comment(comment) => Some(comment.span.start),
        Trivia::Blank => None,
    });
    // Comments from inside an item stand before it in the tree, but not in the text.
    let item = item.map(|item| item.kind.span.start);
    [comment, item].into_iter().flatten().min()
}

/// Returns the end of the last thing in a block.
pub(super) fn last(block: &Block) -> Option<u32> {
    let comment = block.tail.iter().rev().find_map(|piece| match piece {
        Trivia::Comment(comment) => Some(comment.span.end),
        Trivia::Blank => None,
    });
    comment.or_else(|| block.items.last().map(|item| whole(item).end)).or(block.opening.as_ref().map(|it| it.span.end))
}
