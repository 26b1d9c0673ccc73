//! `io_uring sqpoll,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::condition::{conditions, group};
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Keyword, Lexer, SyntaxKind, Token, initial};
use super::permissions::permissions;
use crate::syntax::ast::IoUringRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, IoUringRule> {
    let lex: Lexer = initial::lex;
    let parts = (permissions(lex_permission), conditions(lex), group(lex));
    map(terminated(parts, comma(CommaContext::Initial)), |(permissions, conditions, group)| IoUringRule {
        permissions,
        conditions,
        group,
    })
    .parse(input)
}

/// This rule has no mode: its permissions are keywords between rules.
fn lex_permission(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    let (rest, mut token) = initial::lex(input)?;
    if matches!(token.kind, SyntaxKind::Keyword(Keyword::Sqpoll | Keyword::OverrideCreds)) {
        token.kind = SyntaxKind::Permission;
    }
    Ok((rest, token))
}
