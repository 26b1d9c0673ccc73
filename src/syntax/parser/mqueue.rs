//! `mqueue r /name,`

use nom::Parser;
use nom::combinator::{map, opt, verify};
use nom::sequence::terminated;

use super::condition::conditions;
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, SyntaxKind, Token, keyword, mode};
use super::permissions::permissions;
use crate::syntax::ast::MqueueRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, MqueueRule> {
    let lex: Lexer = mode::mqueue;
    let name = verify(lex, |token: &Token<'_>| token.kind == SyntaxKind::Id && !keyword::starts_item(token.text));
    let parts = (permissions(lex), conditions(lex), opt(map(name, |token| token.pattern())));
    map(terminated(parts, comma(CommaContext::Mode)), |(permissions, conditions, name)| MqueueRule {
        permissions,
        conditions,
        name,
    })
    .parse(input)
}
