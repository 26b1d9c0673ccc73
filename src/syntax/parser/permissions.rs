//! Permissions of the rules with a mode of their own: one word or a list.

use super::condition::list;
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, SyntaxKind};
use crate::source::Spanned;
use crate::syntax::ast::Permissions;
use crate::syntax::ast::condition::named;
use crate::vocab::Vocabulary;

/// The permissions, if any are there.
pub(super) fn permissions<P: Vocabulary>(
    lex: Lexer,
) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, Option<Spanned<Permissions<P>>>> {
    move |input| {
        let (rest, token) = lex(input)?;
        let (rest, words, list) = match token.kind {
            SyntaxKind::Permission => (rest, vec![token.word()], false),
            SyntaxKind::ListOpen => {
                let (rest, words) = list(rest, rest.seek(token.span.start))?;
                (rest, words, true)
            }
            _ => return Ok((input, None)),
        };
        let span = token.span.to(rest.span(0));
        let words = words.into_iter().map(named).collect();
        Ok((rest, Some(Spanned::new(Permissions { words, list }, span))))
    }
}
