//! Ranges that an editor can fold: blocks, comments over several lines, and runs of includes and variables.

use super::context::closed_blocks;
use super::visit;
use crate::source::Span;
use crate::syntax::ast::{File, Item, ItemKind, Trivia};

/// The kind of a folding range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FoldKind {
    /// A block between braces.
    Block,
    /// Comments on lines that follow each other.
    Comment,
    /// Includes, or assignments, that follow each other.
    Imports,
}

/// A range that can be folded; it covers more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FoldingRange {
    /// Its start: after the opening brace of a block.
    pub(crate) start: u32,
    /// Its end: before the closing brace of a block.
    pub(crate) end: u32,
    /// Its kind.
    pub(crate) kind: FoldKind,
}

/// Everything that can be folded, in the order of where it begins. Blocks are found in a text that does not parse, too.
pub(crate) fn folds(file: &File, text: &[u8]) -> Vec<FoldingRange> {
    let blocks = closed_blocks(text).into_iter().map(|(open, close)| (open + 1, close, FoldKind::Block));
    let mut found: Vec<_> = blocks.collect();
    let mut lists = vec![(&file.items, &file.tail)];
    while let Some((items, tail)) = lists.pop() {
        runs(items, &mut found);
        for item in items {
            comments(&item.leading, &mut found);
            lists.extend(visit::blocks(item).into_iter().map(|block| (&block.items, &block.tail)));
        }
        comments(tail, &mut found);
    }
    let lines: Vec<u32> = memchr::memchr_iter(b'\n', text).filter_map(|at| u32::try_from(at).ok()).collect();
    let line = |offset: u32| lines.partition_point(|&end| end < offset);
    let mut folds: Vec<_> = (found.into_iter())
        .filter(|&(start, end, _)| line(start) < line(end))
        .map(|(start, end, kind)| FoldingRange { start, end, kind })
        .collect();
    folds.sort_unstable();
    folds
}

/// Runs of comments without a blank line between them.
fn comments(trivia: &[Trivia], found: &mut Vec<(u32, u32, FoldKind)>) {
    let mut run: Option<Span> = None;
    for entry in trivia {
        match entry {
            Trivia::Comment(comment) => run = Some(run.map_or(comment.span, |run| run.to(comment.span))),
            Trivia::Blank => found.extend(run.take().map(|run| (run.start, run.end, FoldKind::Comment))),
        }
    }
    found.extend(run.map(|run| (run.start, run.end, FoldKind::Comment)));
}

/// Runs of items of the same kind without a blank line or comment between them.
fn runs(items: &[Item], found: &mut Vec<(u32, u32, FoldKind)>) {
    let kind = |item: &Item| match &item.kind.value {
        ItemKind::Include(_) => Some(1),
        ItemKind::SetVariable(_) | ItemKind::BoolVariable(_) => Some(2),
        _ => None,
    };
    for run in items.chunk_by(|a, b| kind(a).is_some() && kind(a) == kind(b) && b.leading.is_empty()) {
        if let [first, .., last] = run {
            found.push((first.kind.span.start, last.kind.span.end, FoldKind::Imports));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(FoldKind, &str)> {
        let sources = crate::source::SourceMap::new();
        let id = sources.add("t", text.as_bytes()).unwrap();
        let file = crate::syntax::parser::parse(&sources.get(id), id).file;
        folds(&file, text.as_bytes())
            .into_iter()
            .map(|fold| (fold.kind, &text[fold.start as usize..fold.end as usize]))
            .collect()
    }

    #[test]
    fn blocks_comments_and_runs() {
        let text = "# a\n# b\n\n# c\ninclude <a>\ninclude <b>\n@{X} = a\n\n@{Y} = b\nprofile p {\n  if $X { /a r, }\n  \
                    ^h {\n    # d\n    # e\n  }\n}\n";
        assert_eq!(
            shown(text),
            [
                (FoldKind::Comment, "# a\n# b"),
                (FoldKind::Imports, "include <a>\ninclude <b>"),
                (FoldKind::Block, "\n  if $X { /a r, }\n  ^h {\n    # d\n    # e\n  }\n"),
                (FoldKind::Block, "\n    # d\n    # e\n  "),
                (FoldKind::Comment, "# d\n    # e"),
            ]
        );
    }

    #[test]
    fn blocks_of_broken_texts() {
        assert_eq!(
            shown("profile p {\n  /a\n  capability chown\n}\n"),
            [(FoldKind::Block, "\n  /a\n  capability chown\n")]
        );
        assert_eq!(shown("profile p {\n  /a r,\n"), []);
    }
}
