//! The states of expressions: the condition of `if`, and what is assigned to a boolean variable, which ends with its line.

use super::classes::{blanks, bool_variable, newline, rule_id, set_variable};
use super::{Kind, Token, skip_space, token};
use crate::syntax::ast::Compare;
use crate::syntax::parser::error;
use crate::syntax::parser::input::{Input, PResult};

/// A token of an `if` condition.
pub(in super::super) fn condition(input: Input<'_>) -> PResult<'_, Token<'_>> {
    lex(skip_space(input))
}

/// A token of an assigned expression.
pub(in super::super) fn assigned(input: Input<'_>) -> PResult<'_, Token<'_>> {
    let input = skip_continued(input);
    match input.byte(0) {
        Some(b'\n' | b'#') => Ok(token(input, Kind::End, 0)),
        Some(b'\r') if newline(input.rest()) > 0 => Ok(token(input, Kind::End, 0)),
        Some(b',') => Ok(token(input, Kind::Comma, 1)),
        _ => lex(input),
    }
}

/// Skips blanks, and line ends after a backslash that stands alone.
pub(in super::super) fn skip_continued(mut input: Input<'_>) -> Input<'_> {
    loop {
        input = input.advance(blanks(input.rest()));
        match input.rest().split_first() {
            Some((b'\\', rest)) if newline(rest) > 0 => input = input.advance(1 + newline(rest)),
            _ => return input,
        }
    }
}

fn lex(input: Input<'_>) -> PResult<'_, Token<'_>> {
    let text = input.rest();
    let Some(first) = text.first() else { return Ok(token(input, Kind::End, 0)) };
    let fixed = match text {
        [b'=', b'=', ..] => Some((Kind::Compare(Compare::Equal), 2)),
        [b'!', b'=', ..] => Some((Kind::Compare(Compare::NotEqual), 2)),
        [b'<', b'=', ..] => Some((Kind::Compare(Compare::LessEqual), 2)),
        [b'>', b'=', ..] => Some((Kind::Compare(Compare::GreaterEqual), 2)),
        [b'(', ..] => Some((Kind::ListOpen, 1)),
        [b')', ..] => Some((Kind::ListClose, 1)),
        _ => None,
    };
    let word = rule_id(text);
    if let Some((kind, len)) = fixed.filter(|&(_, len)| len >= word) {
        return Ok(token(input, kind, len));
    }
    let variable = match first {
        b'@' => set_variable(text),
        b'$' => bool_variable(text),
        _ => 0,
    };
    if variable > 0 && variable >= word {
        let kind = if *first == b'@' { Kind::SetVariable } else { Kind::BoolVariable };
        return Ok(token(input, kind, variable));
    }
    if word == 0 {
        return Err(if *first == b'"' { error::unterminated(input) } else { error::unexpected_char(input) });
    }
    let (rest, mut token) = token(input, Kind::Id, word);
    token.kind = match token.text {
        b"{" => Kind::Open,
        b"and" => Kind::And,
        b"or" => Kind::Or,
        b"not" => Kind::Not,
        b"defined" => Kind::Defined,
        b"in" => Kind::Compare(Compare::In),
        b"<" => Kind::Compare(Compare::Less),
        b">" => Kind::Compare(Compare::Greater),
        _ => Kind::Id,
    };
    Ok((rest, token))
}
