//! `network inet stream,`

use nom::Parser;
use nom::combinator::{map, verify};
use nom::multi::many_m_n;
use nom::sequence::terminated;

use super::condition::{conditions, group};
use super::error::{Place, comma};
use super::input::{Input, PResult};
use super::lexer::{Kind, Lexer, Token, keyword, mode};
use super::permissions::permissions;
use crate::syntax::ast::NetworkRule;
use crate::syntax::word::Word;

/// What stands behind the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, NetworkRule> {
    let lex: Lexer = mode::network;
    let parts = (permissions(lex), many_m_n(0, 2, socket), conditions(lex), group(lex));
    map(terminated(parts, comma(Place::Mode)), |(permissions, sockets, conditions, peer)| NetworkRule {
        permissions,
        sockets,
        conditions,
        peer,
    })
    .parse(input)
}

/// An address family, type or protocol. A path or the first word of another rule is none of them, so that a missing comma
/// is noticed where it is missing.
fn socket(input: Input<'_>) -> PResult<'_, Word> {
    let is_socket = |token: &Token<'_>| {
        token.kind == Kind::Id
            && !token.text.starts_with(b"/")
            && (token.text == b"unix" || !keyword::starts_item(token.text))
    };
    map(verify(mode::network, is_socket), |token| token.word()).parse(input)
}
