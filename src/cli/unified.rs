//! Unified diffs of files.

use super::render::takes_colours;
use super::{print_data, print_styled};
use crate::diagnostic::Escaped;
use crate::lines::{DiffLine, LineDiff, NO_LINE_FEED};

/// A unified diff: data for other programs, and on a terminal escaped and in colours.
pub(super) enum UnifiedDiff {
    /// As it is.
    Data(String),
    /// For people.
    Styled(String),
}

impl UnifiedDiff {
    /// Compares the text of a file before and after a change.
    pub(super) fn new(name: &str, before: &[u8], after: &[u8]) -> UnifiedDiff {
        let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
        let diff = LineDiff::new(&before, &after);
        match takes_colours(&std::io::stdout()) {
            true => UnifiedDiff::Styled(coloured(name, &diff)),
            false => UnifiedDiff::Data(diff.unified(name)),
        }
    }

    pub(super) fn print(&self) -> Result<(), String> {
        match self {
            UnifiedDiff::Data(text) => print_data(text.as_bytes()),
            UnifiedDiff::Styled(text) => print_styled(text),
        }
    }
}

fn coloured(name: &str, diff: &LineDiff<'_>) -> String {
    const BOLD: &str = "\x1b[1m";
    const CYAN: &str = "\x1b[36m";
    const RED: &str = "\x1b[31m";
    const GREEN: &str = "\x1b[32m";
    const PLAIN: &str = "\x1b[0m";
    let name = Escaped::line(name);
    let mut text = format!("{BOLD}--- {name}{PLAIN}\n{BOLD}+++ {name}{PLAIN}\n");
    for hunk in diff.hunks() {
        text.push_str(&format!("{CYAN}{}{PLAIN}\n", hunk.header));
        for line in hunk.lines {
            let (colour, sign, written, plain) = match line {
                DiffLine::Kept(line) => ("", ' ', line, ""),
                DiffLine::Removed(line) => (RED, '-', line, PLAIN),
                DiffLine::Added(line) => (GREEN, '+', line, PLAIN),
            };
            let shown = Escaped::text(written.trim_end_matches('\n'));
            text.push_str(&format!("{colour}{sign}{shown}{plain}\n"));
            if !written.ends_with('\n') {
                text.push_str(&format!("{NO_LINE_FEED}\n"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_add_nothing_but_colours() {
        let diff = LineDiff::new("a\nb\nc", "a\nB\nc\n");
        let coloured = coloured("x", &diff);
        assert!(coloured.contains("\x1b[31m-b\x1b[0m\n") && coloured.contains("\x1b[32m+B\x1b[0m\n"), "{coloured:?}");
        let mut plain = coloured;
        for colour in ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"] {
            plain = plain.replace(colour, "");
        }
        assert_eq!(plain, diff.unified("x"));
    }
}
