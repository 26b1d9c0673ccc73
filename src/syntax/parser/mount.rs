//! `mount options=(rw) /dev/x -> /mnt/,`, `remount /mnt/,` and `umount /mnt/,`

use nom::Parser;
use nom::combinator::{map, opt, verify};
use nom::sequence::terminated;

use super::condition::conditions;
use super::error::{self, CommaContext, comma};
use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Lexer, SyntaxKind, Token, keyword, mode, skip_space};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{Condition, MountCondition, MountRule};
use crate::vocab::MountOperation;

const LEX: Lexer = mode::mount;

/// Parses the text after the keyword.
pub(super) fn rule(operation: MountOperation) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, MountRule> {
    move |input| {
        let parts = |input| {
            let (input, (conditions, path)) = (conditions(LEX), opt(path)).parse(input)?;
            if operation != MountOperation::Mount {
                let rule = MountRule { operation, conditions, source: None, point_conditions: Vec::new(), point: path };
                return Ok((input, rule));
            }
            let (input, target) = opt(target).parse(input)?;
            let (point_conditions, point) = target.map_or((Vec::new(), None), |(list, word)| (list, Some(word)));
            Ok((input, MountRule { operation, conditions, source: path, point_conditions, point }))
        };
        terminated(parts, comma(CommaContext::Mode)).parse(input)
    }
}

/// Parses the source, or the mount point of a rule without an arrow. A word on a line of its own that begins rules, with no
/// arrow after it, is the next rule, and the comma of this one is missing. (`mqueue` is a source, too.)
fn path(input: TokenInput<'_>) -> PResult<'_, Spanned<Pattern>> {
    let (rest, token) = verify(LEX, |token: &Token<'_>| token.kind == SyntaxKind::Id).parse(input)?;
    let new_line = input.line_ends_before(input.seek(token.span.start));
    let arrow = skip_space(rest).rest().starts_with(b"->");
    if new_line && !arrow && keyword::starts_item(token.text) {
        return Err(nom::Err::Error(ParserError::Mismatch));
    }
    Ok((rest, token.pattern()))
}

fn point(input: TokenInput<'_>) -> PResult<'_, Spanned<Pattern>> {
    map(verify(LEX, |token: &Token<'_>| token.kind == SyntaxKind::Id), |token| token.pattern()).parse(input)
}

/// The conditions and the mount point after the arrow.
type MountTarget = (Vec<Spanned<Condition<MountCondition>>>, Spanned<Pattern>);

fn target(input: TokenInput<'_>) -> PResult<'_, MountTarget> {
    let (input, _) = verify(LEX, |token: &Token<'_>| token.kind == SyntaxKind::Arrow).parse(input)?;
    let (input, conditions) = conditions(LEX)(input)?;
    match point(input) {
        Ok((rest, point)) => Ok((rest, (conditions, point))),
        Err(nom::Err::Error(_)) => Err(error::expected(skip_space(input), "the mount point after `->`")),
        Err(other) => Err(other),
    }
}
