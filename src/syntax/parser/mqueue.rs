//! `mqueue r /name,`

use nom::Parser;
use nom::combinator::{map, opt, verify};
use nom::sequence::terminated;

use super::condition::conditions;
use super::error::{Place, comma};
use super::input::{Input, PResult};
use super::lexer::{Kind, Lexer, Token, keyword, mode};
use super::permissions::permissions;
use crate::syntax::ast::MqueueRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, MqueueRule> {
    let lex: Lexer = mode::mqueue;
    let name = verify(lex, |token: &Token<'_>| token.kind == Kind::Id && !keyword::starts_item(token.text));
    let parts = (permissions(lex), conditions(lex), opt(map(name, |token| token.pattern())));
    map(terminated(parts, comma(Place::Mode)), |(permissions, conditions, name)| MqueueRule {
        permissions,
        conditions,
        name,
    })
    .parse(input)
}
