//! Finding the next item after an error.

use super::error::starts_item;
use super::input::TokenInput;
use super::lexer::{classes, skip_blanks};

/// The point at which parsing goes on after an error.
pub(super) enum RecoveryPoint<'a> {
    /// At the next item, the closing brace of the block, or the end.
    Item(TokenInput<'a>),
    /// At an opening brace whose block belongs to the broken item.
    Block(TokenInput<'a>),
}

/// Skips the rest of a broken item: past a comma followed by white space or a brace, to a line that begins like
/// an item, or to a brace that stands alone. What is skipped is at least one byte after `start`.
pub(super) fn resume<'a>(start: TokenInput<'a>, error: TokenInput<'a>) -> RecoveryPoint<'a> {
    let mut input = error;
    if input.at() == start.at() {
        let word = input.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        input = input.advance(word.max(1));
    }
    let mut before = input.at().checked_sub(1).and_then(|at| input.state().text().get(at as usize)).copied();
    while let Some(byte) = input.byte(0) {
        let next = input.byte(1);
        let alone = before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b')'));
        let ends = next.is_none_or(|byte| byte.is_ascii_whitespace());
        let mut len = 1;
        match byte {
            b',' if ends || next == Some(b'}') => return RecoveryPoint::Item(input.advance(1)),
            b'{' if ends && (alone || ends_line(input.advance(1))) => return RecoveryPoint::Block(input),
            b'}' if alone => return RecoveryPoint::Item(input),
            b'#' if alone => {
                let line = input.rest().iter().take_while(|&&byte| byte != b'\n').count();
                len = line.max(1);
            }
            b'"' if alone => {
                let word = classes::quoted(input.rest());
                let one_line = input.rest().get(..word).is_some_and(|text| !text.contains(&b'\n'));
                len = if one_line { word.max(1) } else { 1 };
            }
            b'\n' => {
                let line = skip_blanks(input.advance(1));
                if starts_item(line.rest(), true) {
                    return RecoveryPoint::Item(line);
                }
            }
            _ => {}
        }
        before = Some(byte);
        input = input.advance(len);
    }
    RecoveryPoint::Item(input)
}

/// Whether nothing but a comment follows on the line.
fn ends_line(input: TokenInput<'_>) -> bool {
    let rest = skip_blanks(input).rest();
    rest.is_empty() || rest.starts_with(b"#") || classes::newline(rest) > 0
}
