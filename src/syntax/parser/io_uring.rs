//! `io_uring sqpoll,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::condition::{conditions, group};
use super::error::{Place, comma};
use super::input::{Input, PResult};
use super::lexer::{Keyword, Kind, Lexer, Token, initial};
use super::permissions::permissions;
use crate::syntax::ast::IoUringRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, IoUringRule> {
    let lex: Lexer = initial::lex;
    let parts = (permissions(lex_permission), conditions(lex), group(lex));
    map(terminated(parts, comma(Place::Initial)), |(permissions, conditions, group)| IoUringRule {
        permissions,
        conditions,
        group,
    })
    .parse(input)
}

/// This rule has no mode: its permissions are keywords between rules.
fn lex_permission(input: Input<'_>) -> PResult<'_, Token<'_>> {
    let (rest, mut token) = initial::lex(input)?;
    if matches!(token.kind, Kind::Keyword(Keyword::Sqpoll | Keyword::OverrideCreds)) {
        token.kind = Kind::Permission;
    }
    Ok((rest, token))
}
