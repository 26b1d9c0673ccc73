//! `capability chown setuid,`

use nom::Parser;
use nom::combinator::{map, verify};
use nom::multi::many0;
use nom::sequence::terminated;

use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{SyntaxKind, Token, initial};
use crate::syntax::ast::CapabilityRule;
use crate::syntax::ast::condition::named;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, CapabilityRule> {
    let name =
        map(verify(initial::lex, |token: &Token<'_>| token.kind == SyntaxKind::Name), |token| named(token.word()));
    map(terminated(many0(name), comma(CommaContext::Initial)), |names| CapabilityRule { names }).parse(input)
}
