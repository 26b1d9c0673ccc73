//! `capability chown setuid,`

use nom::Parser;
use nom::combinator::{map, verify};
use nom::multi::many0;
use nom::sequence::terminated;

use super::error::{Place, comma};
use super::input::{Input, PResult};
use super::lexer::{Kind, Token, initial};
use crate::syntax::ast::CapabilityRule;
use crate::syntax::ast::condition::named;

/// Parses the text after the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, CapabilityRule> {
    let name = map(verify(initial::lex, |token: &Token<'_>| token.kind == Kind::Name), |token| named(token.word()));
    map(terminated(many0(name), comma(Place::Initial)), |names| CapabilityRule { names }).parse(input)
}
