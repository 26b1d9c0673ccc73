//! Differences of two texts, line by line.
//!
//! One algorithm on one type of line: those of `similar` are generic over lines and over what takes the result, and its own text
//! differences make 60 programs of them, a tenth of all code in armorer.

use std::fmt::Write;
use std::ops::Range;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{DiffOp, group_diff_ops};

/// The number of unchanged lines around a change.
const CONTEXT: usize = 3;

/// The difference of two texts.
pub(crate) struct LineDiff<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    ops: Vec<DiffOp>,
}

/// A line of a [`Hunk`], with its line feed if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiffLine<'a> {
    /// A line of both texts.
    Kept(&'a str),
    /// A line of the old text.
    Removed(&'a str),
    /// A line of the new text.
    Added(&'a str),
}

/// Changes that are near each other.
pub(crate) struct Hunk<'a> {
    /// The line that gives their place: `@@ -1,3 +1,4 @@`.
    pub(crate) header: String,
    /// The lines, with those around the changes.
    pub(crate) lines: Vec<DiffLine<'a>>,
}

impl<'a> LineDiff<'a> {
    /// Compares two texts.
    pub(crate) fn new(old: &'a str, new: &'a str) -> LineDiff<'a> {
        let (old, new): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
        let mut hook = Compact::new(Replace::new(Capture::new()), &*old, &*new);
        let Ok(()) = myers::diff(&mut hook, &*old, 0..old.len(), &*new, 0..new.len());
        let ops = hook.into_inner().into_inner().into_ops();
        LineDiff { old, new, ops }
    }

    /// The lines of the old text that others replace, and these, in order.
    #[cfg(feature = "ide")]
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let changes = self.ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
        changes.map(|op| (op.old_range(), op.new_range()))
    }

    /// Lines of the old text.
    pub(crate) fn old(&self, range: Range<usize>) -> &[&'a str] {
        self.old.get(range).unwrap_or_default()
    }

    /// Lines of the new text.
    pub(crate) fn new_lines(&self, range: Range<usize>) -> &[&'a str] {
        self.new.get(range).unwrap_or_default()
    }

    /// The changes with the lines around them.
    pub(crate) fn hunks(&self) -> impl Iterator<Item = Hunk<'a>> {
        group_diff_ops(self.ops.clone(), CONTEXT).into_iter().map(|ops| {
            let mut lines = Vec::new();
            for op in &ops {
                match op {
                    DiffOp::Equal { .. } => {
                        lines.extend(self.old(op.old_range()).iter().map(|line| DiffLine::Kept(line)))
                    }
                    _ => {
                        lines.extend(self.old(op.old_range()).iter().map(|line| DiffLine::Removed(line)));
                        lines.extend(self.new_lines(op.new_range()).iter().map(|line| DiffLine::Added(line)));
                    }
                }
            }
            Hunk { header: UnifiedHunkHeader::new(&ops).to_string(), lines }
        })
    }

    /// A unified diff with the name of the file, as `patch` reads it; empty where the texts are equal.
    pub(crate) fn unified(&self, name: &str) -> String {
        let mut text = String::new();
        for hunk in self.hunks() {
            if text.is_empty() {
                _ = writeln!(text, "--- {name}\n+++ {name}");
            }
            _ = writeln!(text, "{}", hunk.header);
            for line in hunk.lines {
                let (sign, line) = match line {
                    DiffLine::Kept(line) => (' ', line),
                    DiffLine::Removed(line) => ('-', line),
                    DiffLine::Added(line) => ('+', line),
                };
                _ = write!(text, "{sign}{line}");
                if !line.ends_with('\n') {
                    _ = writeln!(text, "\n{NO_LINE_FEED}");
                }
            }
        }
        text
    }
}

/// The line of a unified diff after a last line without line feed.
pub(crate) const NO_LINE_FEED: &str = "\\ No newline at end of file";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unified_diffs_are_those_of_diff() {
        let (old, new) = ("a\nb\nc\nd\ne\nf\ng\nh\ni\nj", "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\n");
        let text = "--- x\n+++ x\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -7,4 +7,4 @@\n g\n h\n i\n-j\n\
                    \\ No newline at end of file\n+j\n";
        assert_eq!(LineDiff::new(old, new).unified("x"), text);
        assert_eq!(LineDiff::new("", "a\n").unified("x"), "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(LineDiff::new(old, old).unified("x"), "");
    }
}
