//! `ptrace read peer=p,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::condition::conditions;
use super::error::{self, CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, SyntaxKind, mode};
use super::permissions::permissions;
use crate::syntax::ast::PtraceRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, PtraceRule> {
    let lex: Lexer = mode::ptrace;
    let parts = (permissions(lex), conditions(lex), no_group(lex));
    map(terminated(parts, comma(CommaContext::Mode)), |(permissions, conditions, ())| PtraceRule {
        permissions,
        conditions,
    })
    .parse(input)
}

/// Rules whose peer is a single value: a group is refused with the way to write it.
pub(super) fn no_group(lex: Lexer) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, ()> {
    move |input| match lex(input)? {
        (_, token) if token.kind == SyntaxKind::Group => {
            let message = format!("`{}` does not take a list here", String::from_utf8_lossy(token.text));
            Err(error::syntax(token.span, message, "write a single name without parentheses: `peer=NAME`"))
        }
        _ => Ok((input, ())),
    }
}
