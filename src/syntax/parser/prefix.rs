//! `priority=1 audit deny owner`: what stands before a rule or block.

use super::error;
use super::input::{PResult, TokenInput};
use super::lexer::{Keyword, SyntaxKind, Token, classes, initial, skip_blanks, take_word};
use crate::source::Spanned;
use crate::syntax::ast::condition::named;
use crate::syntax::ast::{Owner, Prefix, RuleMode};
use crate::syntax::word::Word;

/// The prefix whose first token may be `token`, and the first token after it.
pub(super) fn prefix<'a>(mut token: Token<'a>, mut input: TokenInput<'a>) -> PResult<'a, (Spanned<Prefix>, Token<'a>)> {
    let mut prefix = Prefix::default();
    let mut span = input.seek(token.span.start).span(0);
    let mut stage = 0;
    loop {
        let part = match token.kind {
            SyntaxKind::Priority => 1,
            SyntaxKind::Keyword(Keyword::Audit) => 2,
            SyntaxKind::Keyword(Keyword::Allow | Keyword::Deny | Keyword::Prompt) => 3,
            SyntaxKind::Keyword(Keyword::Owner | Keyword::Other) => 4,
            _ => return Ok((input, (Spanned::new(prefix, span), token))),
        };
        if part <= stage {
            let name = String::from_utf8_lossy(token.text);
            let message = if part == stage {
                format!("`{name}` after a prefix of the same kind")
            } else {
                format!("`{name}` in the wrong place")
            };
            let help = "write prefixes in this order, at most one of each kind: `priority=N`, `audit`, \
                        `allow` or `deny` or `prompt`, `owner` or `other`";
            return Err(error::syntax(token.span, message, help));
        }
        stage = part;
        match token.kind {
            SyntaxKind::Priority => {
                let (rest, value) = priority(input)?;
                prefix.priority = Some(named(value));
                input = rest;
            }
            SyntaxKind::Keyword(Keyword::Audit) => prefix.audit = true,
            SyntaxKind::Keyword(Keyword::Allow) => prefix.mode = Some(RuleMode::Allow),
            SyntaxKind::Keyword(Keyword::Deny) => prefix.mode = Some(RuleMode::Deny),
            SyntaxKind::Keyword(Keyword::Prompt) => prefix.mode = Some(RuleMode::Prompt),
            SyntaxKind::Keyword(Keyword::Owner) => prefix.owner = Some(Owner::Owner),
            _ => prefix.owner = Some(Owner::Other),
        }
        span = span.to(input.span(0));
        (input, token) = initial::lex(input)?;
    }
}

/// `=` and the number, all on one line.
fn priority(input: TokenInput<'_>) -> PResult<'_, Word> {
    let input = skip_blanks(skip_blanks(input).advance(1));
    let sign = usize::from(matches!(input.byte(0), Some(b'+' | b'-')));
    match classes::number(input.rest().get(sign..).unwrap_or_default()) {
        0 => {
            let message = format!("expected a number, found {}", error::found(input));
            Err(error::syntax(error::place(input), message, "write a decimal number: `priority=1`"))
        }
        len => Ok(take_word(input, sign + len)),
    }
}
