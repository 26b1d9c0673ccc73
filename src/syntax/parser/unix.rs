//! `unix (send, receive) type=stream peer=(label=p),`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::condition::{conditions, group};
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, mode};
use super::permissions::permissions;
use crate::syntax::ast::UnixRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, UnixRule> {
    let lex: Lexer = mode::network;
    let parts = (permissions(lex), conditions(lex), group(lex));
    map(terminated(parts, comma(CommaContext::Mode)), |(permissions, conditions, peer)| UnixRule {
        permissions,
        conditions,
        peer,
    })
    .parse(input)
}
