//! `include <abstractions/base>`, and the paths of `include` and `abi`.

use nom::Parser;
use nom::combinator::map;

use super::error;
use super::input::{PResult, TokenInput, word};
use super::lexer::{classes, skip_space, take_word};
use crate::syntax::ast::{Include, IncludePath, PathForm};

/// Parses the text after the keyword.
pub(super) fn item(pound: bool, if_exists: bool) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, Include> {
    move |input| map(path, |path| Include { pound, if_exists, path }).parse(input)
}

/// `<path>`, `"path"` or `path`, also on a later line.
pub(super) fn path(input: TokenInput<'_>) -> PResult<'_, IncludePath> {
    let input = skip_space(input);
    let text = input.rest();
    let angle = classes::angle(text);
    if angle > 0 {
        let content = text.get(1..angle - 1).unwrap_or_default();
        let blanks = classes::blanks(content);
        let trimmed = content.trim_ascii();
        let path = word(trimmed, input.advance(1 + blanks).span(trimmed.len()));
        return Ok((input.advance(angle), IncludePath { form: PathForm::Angle, path }));
    }
    let len = if text.first() == Some(&b'"') { classes::quoted(text) } else { classes::include_word(text) };
    if len > 0 {
        let (rest, path) = take_word(input, len);
        return Ok((rest, IncludePath { form: PathForm::Plain, path }));
    }
    if text.first() == Some(&b'<') {
        let line = text.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
        let help = "write `<path>` on one line, without spaces around a quoted path";
        return Err(error::syntax(input.span(line), "invalid path in angle brackets", help));
    }
    Err(error::expected(input, "a path"))
}
