//! The states of expressions: the condition of `if`, and what is assigned to a boolean variable, which ends with its line.

use super::classes::{blanks, bool_variable, newline, rule_id, set_variable};
use super::{SyntaxKind, Token, skip_space, token};
use crate::syntax::ast::Compare;
use crate::syntax::parser::error;
use crate::syntax::parser::input::{PResult, TokenInput};

/// A token of an `if` condition.
pub(in super::super) fn condition(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    lex(skip_space(input))
}

/// A token of an assigned expression.
pub(in super::super) fn assigned(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    let input = skip_continued(input);
    match input.byte(0) {
        Some(b'\n' | b'#') => Ok(token(input, SyntaxKind::End, 0)),
        Some(b'\r') if newline(input.rest()) > 0 => Ok(token(input, SyntaxKind::End, 0)),
        Some(b',') => Ok(token(input, SyntaxKind::Comma, 1)),
        _ => lex(input),
    }
}

/// Skips blanks, and line ends after a backslash that stands alone.
pub(in super::super) fn skip_continued(mut input: TokenInput<'_>) -> TokenInput<'_> {
    loop {
        input = input.advance(blanks(input.rest()));
        match input.rest().split_first() {
            Some((b'\\', rest)) if newline(rest) > 0 => input = input.advance(1 + newline(rest)),
            _ => return input,
        }
    }
}

fn lex(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    let text = input.rest();
    let Some(first) = text.first() else { return Ok(token(input, SyntaxKind::End, 0)) };
    let fixed = match text {
        [b'=', b'=', ..] => Some((SyntaxKind::Compare(Compare::Equal), 2)),
        [b'!', b'=', ..] => Some((SyntaxKind::Compare(Compare::NotEqual), 2)),
        [b'<', b'=', ..] => Some((SyntaxKind::Compare(Compare::LessEqual), 2)),
        [b'>', b'=', ..] => Some((SyntaxKind::Compare(Compare::GreaterEqual), 2)),
        [b'(', ..] => Some((SyntaxKind::ListOpen, 1)),
        [b')', ..] => Some((SyntaxKind::ListClose, 1)),
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
        let kind = if *first == b'@' { SyntaxKind::SetVariable } else { SyntaxKind::BoolVariable };
        return Ok(token(input, kind, variable));
    }
    if word == 0 {
        return Err(if *first == b'"' { error::unterminated(input) } else { error::unexpected_char(input) });
    }
    let (rest, mut token) = token(input, SyntaxKind::Id, word);
    token.kind = match token.text {
        b"{" => SyntaxKind::Open,
        b"and" => SyntaxKind::And,
        b"or" => SyntaxKind::Or,
        b"not" => SyntaxKind::Not,
        b"defined" => SyntaxKind::Defined,
        b"in" => SyntaxKind::Compare(Compare::In),
        b"<" => SyntaxKind::Compare(Compare::Less),
        b">" => SyntaxKind::Compare(Compare::Greater),
        _ => SyntaxKind::Id,
    };
    Ok((rest, token))
}
