//! `link subset /a -> /b,`

use nom::Parser;
use nom::combinator::{map, opt, verify};
use nom::sequence::terminated;

use super::error::{self, CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Keyword, SyntaxKind, Token, initial};
use super::pivot_root::arrow;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::LinkRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, LinkRule> {
    let parts = |input| {
        let (input, subset) = opt(subset).parse(input)?;
        let (input, link) = path(input)?;
        let (input, _) = match arrow(input) {
            Err(nom::Err::Error(_)) => return Err(error::expected(initial::skip(input), "`->`")),
            other => other?,
        };
        let (input, target) = initial::target(input)?;
        Ok((input, LinkRule { subset: subset.is_some(), link, target }))
    };
    terminated(parts, comma(CommaContext::Initial)).parse(input)
}

/// The keyword `subset`.
pub(super) fn subset(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    verify(initial::lex, |token: &Token<'_>| token.kind == SyntaxKind::Keyword(Keyword::Subset)).parse(input)
}

/// Whether a token is the path of a file or link rule.
pub(super) fn is_path(token: &Token<'_>) -> bool {
    matches!(token.kind, SyntaxKind::Id | SyntaxKind::Name | SyntaxKind::SetVariable)
}

/// A path that has to be there.
pub(super) fn path(input: TokenInput<'_>) -> PResult<'_, Spanned<Pattern>> {
    match map(verify(initial::lex, is_path), |token| token.pattern()).parse(input) {
        Err(nom::Err::Error(_)) => Err(error::expected(initial::skip(input), "a path")),
        other => other,
    }
}
