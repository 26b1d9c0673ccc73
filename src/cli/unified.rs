//! Unified diffs of files.

use std::io::IsTerminal;

use similar::{ChangeTag, TextDiff};

use super::render::wanted;
use super::{print_data, print_styled};
use crate::diagnostic::Escaped;

/// A unified diff: data for other programs, and on a terminal escaped and in colours.
pub(super) enum Unified {
    /// As it is.
    Data(String),
    /// For people.
    Styled(String),
}

impl Unified {
    /// How the text of a file changes.
    pub(super) fn new(name: &str, before: &[u8], after: &[u8]) -> Unified {
        let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
        let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
        match std::io::stdout().is_terminal() && wanted() {
            true => Unified::Styled(coloured(name, &diff)),
            false => Unified::Data(diff.unified_diff().header(name, name).to_string()),
        }
    }

    pub(super) fn print(&self) -> Result<(), String> {
        match self {
            Unified::Data(text) => print_data(text.as_bytes()),
            Unified::Styled(text) => print_styled(text),
        }
    }
}

fn coloured(name: &str, diff: &TextDiff<'_, '_, str>) -> String {
    const BOLD: &str = "\x1b[1m";
    const CYAN: &str = "\x1b[36m";
    const RED: &str = "\x1b[31m";
    const GREEN: &str = "\x1b[32m";
    const PLAIN: &str = "\x1b[0m";
    let name = Escaped::line(name);
    let mut text = format!("{BOLD}--- {name}{PLAIN}\n{BOLD}+++ {name}{PLAIN}\n");
    for hunk in diff.unified_diff().iter_hunks() {
        text.push_str(&format!("{CYAN}{}{PLAIN}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let line = Escaped::text(change.value().trim_end_matches('\n'));
            text.push_str(&match change.tag() {
                ChangeTag::Equal => format!(" {line}\n"),
                ChangeTag::Delete => format!("{RED}-{line}{PLAIN}\n"),
                ChangeTag::Insert => format!("{GREEN}+{line}{PLAIN}\n"),
            });
            if change.missing_newline() {
                text.push_str("\\ No newline at end of file\n");
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
        let diff = TextDiff::from_lines("a\nb\nc", "a\nB\nc\n");
        let coloured = coloured("x", &diff);
        assert!(coloured.contains("\x1b[31m-b\x1b[0m\n") && coloured.contains("\x1b[32m+B\x1b[0m\n"), "{coloured:?}");
        let mut plain = coloured;
        for colour in ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"] {
            plain = plain.replace(colour, "");
        }
        assert_eq!(plain, diff.unified_diff().header("x", "x").to_string());
    }
}
