//! `network inet stream,`

use nom::Parser;
use nom::combinator::{map, verify};
use nom::multi::many_m_n;
use nom::sequence::terminated;

use super::condition::{conditions, group};
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, SyntaxKind, Token, keyword, mode};
use super::permissions::permissions;
use crate::source::Spanned;
use crate::syntax::ast::condition::named;
use crate::syntax::ast::{Named, NetworkRule};
use crate::syntax::word::Word;
use crate::vocab::{AddressFamily, SocketKind};

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, NetworkRule> {
    let lex: Lexer = mode::network;
    let parts = (permissions(lex), many_m_n(0, 2, socket), conditions(lex), group(lex));
    map(terminated(parts, comma(CommaContext::Mode)), |(permissions, words, conditions, peer)| {
        let (family, socket) = sockets(words);
        NetworkRule { permissions, family, socket, conditions, peer }
    })
    .parse(input)
}

/// Address family and type: the first of two words is a family, the second a type or protocol; a lone word is whichever knows it.
#[expect(clippy::type_complexity, reason = "the two fields of the rule")]
fn sockets(words: Vec<Word>) -> (Option<Spanned<Named<AddressFamily>>>, Option<Spanned<Named<SocketKind>>>) {
    let mut words = words.into_iter();
    match (words.next(), words.next()) {
        (Some(lone), None) => {
            let family: Spanned<Named<AddressFamily>> = named(lone.clone());
            let socket: Spanned<Named<SocketKind>> = named(lone);
            if family.value().is_none() && socket.value().is_some() {
                (None, Some(socket))
            } else {
                (Some(family), None)
            }
        }
        (family, socket) => (family.map(named), socket.map(named)),
    }
}

/// An address family, type or protocol. A path or the first word of another rule is none of them, so that a missing comma
/// is noticed where it is missing.
fn socket(input: TokenInput<'_>) -> PResult<'_, Word> {
    let is_socket = |token: &Token<'_>| {
        token.kind == SyntaxKind::Id
            && !token.text.starts_with(b"/")
            && (token.text == b"unix" || !keyword::starts_item(token.text))
    };
    map(verify(mode::network, is_socket), |token| token.word()).parse(input)
}
