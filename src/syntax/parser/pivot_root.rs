//! `pivot_root oldroot=/old /new -> profile,`

use nom::Parser;
use nom::combinator::{map, opt, verify};
use nom::sequence::{preceded, terminated};

use super::condition::conditions;
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, SyntaxKind, Token, initial};
use crate::syntax::ast::PivotRootRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, PivotRootRule> {
    let lex: Lexer = initial::lex;
    let new_root = verify(lex, |token: &Token<'_>| matches!(token.kind, SyntaxKind::Id | SyntaxKind::Name));
    let parts = (conditions(lex), opt(map(new_root, |token| token.pattern())), opt(preceded(arrow, initial::target)));
    map(terminated(parts, comma(CommaContext::Initial)), |(conditions, new_root, target)| PivotRootRule {
        conditions,
        new_root,
        target,
    })
    .parse(input)
}

/// `->` between rules.
pub(super) fn arrow(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    verify(initial::lex, |token: &Token<'_>| token.kind == SyntaxKind::Arrow).parse(input)
}
