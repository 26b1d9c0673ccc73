//! Comments and blank lines around items.

use super::input::TokenInput;
use super::lexer::{classes::newline, initial, skip_blanks};
use crate::syntax::ast::{Comment, Trivia};

/// Blank lines and comments before an item or the end of a block. `first`: nothing stands before them in the file or block,
/// so that no blank line begins it.
pub(super) fn leading(mut input: TokenInput<'_>, first: bool) -> (TokenInput<'_>, Vec<Trivia>) {
    let mut trivia = Vec::new();
    // The line end of what stands before makes no blank line, nor does the one of a comment.
    let mut line_ends = 0;
    loop {
        input = skip_blanks(input);
        let len = newline(input.rest());
        if len > 0 {
            line_ends += 1;
            input = input.advance(len);
            if line_ends == 2 && !(first && trivia.is_empty()) {
                trivia.push(Trivia::Blank);
            }
        } else if let Some((rest, comment)) = initial::comment(input) {
            // At the beginning of a file there is no line before.
            trivia.push(Trivia::Comment(comment));
            line_ends = 0;
            input = rest;
        } else {
            return (input, trivia);
        }
    }
}

/// Drops a blank line at the end of a file or block.
pub(super) fn without_last_blank(mut trivia: Vec<Trivia>) -> Vec<Trivia> {
    if trivia.last() == Some(&Trivia::Blank) {
        trivia.pop();
    }
    trivia
}

/// The comment after an item, or after an opening brace, on its line.
pub(super) fn trailing(input: TokenInput<'_>) -> (TokenInput<'_>, Option<Comment>) {
    match initial::comment(skip_blanks(input)) {
        Some((rest, comment)) => (rest, Some(comment)),
        None => (input, None),
    }
}
