//! `set rlimit nofile <= 1024,`

use nom::Parser;
use nom::combinator::{map, opt};
use nom::sequence::terminated;

use super::error::{self, CommaContext, comma};
use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Keyword, SyntaxKind, classes, initial, skip_space, take_word};
use crate::syntax::ast::Rlimit;
use crate::syntax::ast::condition::named;
use crate::syntax::word::Word;

/// Parses the text after `set`.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, Rlimit> {
    let (rest, token) = initial::lex(input)?;
    if token.kind != SyntaxKind::Keyword(Keyword::Rlimit) {
        return Err(error::expected(initial::skip(input), "`rlimit`"));
    }
    let parts = |input| {
        let (input, name) = wanted(input, letters, "the name of a limit")?;
        let at = skip_space(input);
        if !at.rest().starts_with(b"<=") {
            return Err(error::expected(at, "`<=`"));
        }
        let (input, value) = wanted(at.advance(2), value, "a number or `infinity`")?;
        let (input, unit) = opt(unit).parse(input)?;
        Ok((input, (name, value, unit)))
    };
    map(terminated(parts, comma(CommaContext::Mode)), |(resource, value, unit)| Rlimit {
        resource: named(resource),
        value: named(value),
        unit: unit.map(named),
    })
    .parse(rest)
}

fn wanted<'a>(input: TokenInput<'a>, pattern: fn(&[u8]) -> usize, what: &str) -> PResult<'a, Word> {
    let input = skip_space(input);
    match pattern(input.rest()) {
        0 => Err(error::expected(input, what)),
        len => Ok(take_word(input, len)),
    }
}

fn letters(text: &[u8]) -> usize {
    let len = any_letters(text);
    if text.get(..len) == Some(b"infinity") { 0 } else { len }
}

fn any_letters(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte.is_ascii_alphabetic() || byte == b'_').count()
}

/// A number with its sign, or `infinity`.
fn value(text: &[u8]) -> usize {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let sign = text.len() - digits.len();
    match (classes::number(digits), any_letters(text)) {
        (0, len) if text.get(..len) == Some(b"infinity") => len,
        (0, _) => 0,
        (len, _) => len + sign,
    }
}

fn unit(input: TokenInput<'_>) -> PResult<'_, Word> {
    let input = skip_space(input);
    match letters(input.rest()) {
        0 => Err(nom::Err::Error(ParserError::Mismatch)),
        len => Ok(take_word(input, len)),
    }
}
