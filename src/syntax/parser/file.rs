//! File rules, in both orders: `/path rw -> target,` and `rw subset /path -> target,`

use nom::Parser;
use nom::combinator::opt;
use nom::sequence::{preceded, terminated};

use super::error::{self, CommaContext, comma};
use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Keyword, SyntaxKind, Token, classes, initial};
use super::link::{is_path, path, subset};
use super::pivot_root::arrow;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{FileBody, FileLetters, FileRule, Safety};

/// A rule whose first token is scanned: `file`, `safe`, `unsafe`, permissions or a path.
pub(super) fn rule<'a>(mut first: Token<'a>, mut input: TokenInput<'a>) -> PResult<'a, FileRule> {
    let mut rule = FileRule { keyword: false, safety: None, body: FileBody::All };
    if first.kind == SyntaxKind::Keyword(Keyword::File) {
        rule.keyword = true;
        let end = input;
        (input, first) = initial::lex(input)?;
        let bare = matches!(first.kind, SyntaxKind::Comma | SyntaxKind::Close | SyntaxKind::End | SyntaxKind::Open)
            || error::starts_item(end.seek(first.span.start).rest(), false) && !is_safety(&first);
        if bare {
            let (rest, ()) = comma(CommaContext::Initial)(end)?;
            return Ok((rest, rule));
        }
    }
    if is_safety(&first) {
        let safe = first.kind == SyntaxKind::Keyword(Keyword::Safe);
        rule.safety = Some(if safe { Safety::Safe } else { Safety::Unsafe });
        (input, first) = initial::lex(input)?;
    }
    let (input, body) = terminated(|input| body(&first, input), comma(CommaContext::Initial)).parse(input)?;
    rule.body = body;
    Ok((input, rule))
}

fn is_safety(token: &Token<'_>) -> bool {
    matches!(token.kind, SyntaxKind::Keyword(Keyword::Safe | Keyword::Unsafe))
}

fn body<'a>(first: &Token<'a>, input: TokenInput<'a>) -> PResult<'a, FileBody> {
    if first.kind == SyntaxKind::Mode {
        let (input, subset) = opt(subset).parse(input)?;
        let (input, path) = path(input)?;
        let (input, target) = target(input)?;
        let permissions = letters(first)?;
        return Ok((input, FileBody::Access { leading: true, subset: subset.is_some(), path, permissions, target }));
    }
    if !is_path(first) {
        return Err(error::expected(input.seek(first.span.start), "a path or permissions"));
    }
    let (rest, permissions) = initial::lex(input)?;
    if permissions.kind != SyntaxKind::Mode {
        return without_permissions(first, input, rest, &permissions);
    }
    let (rest, target) = target(rest)?;
    Ok((rest, access(first, &permissions, target)?))
}

fn access<'a>(
    path: &Token<'a>,
    permissions: &Token<'a>,
    target: Option<Spanned<Pattern>>,
) -> Result<FileBody, nom::Err<ParserError>> {
    let permissions = letters(permissions)?;
    Ok(FileBody::Access { leading: false, subset: false, path: path.pattern(), permissions, target })
}

/// The letters of a token that the scanner took for permissions.
fn letters(token: &Token<'_>) -> Result<Spanned<FileLetters>, nom::Err<ParserError>> {
    let letters = FileLetters::read(token.text, token.span);
    letters.map(|letters| Spanned::new(letters, token.span)).ok_or_else(|| no_permissions(token))
}

/// `-> target`; a comma decides quickly that there is none.
fn target(input: TokenInput<'_>) -> PResult<'_, Option<Spanned<Pattern>>> {
    if input.byte(0) == Some(b',') { Ok((input, None)) } else { opt(preceded(arrow, initial::target)).parse(input) }
}

/// A path with something else after it than permissions and white space or a comma.
fn without_permissions<'a>(
    path: &Token<'a>,
    input: TokenInput<'a>,
    rest: TokenInput<'a>,
    next: &Token<'a>,
) -> PResult<'a, FileBody> {
    if next.kind == SyntaxKind::Name && classes::is_mode(next.text) {
        return match rest.byte(0) {
            // The permissions are there, the comma is not.
            Some(b'}' | b';') | None => Ok((rest, access(path, next, None)?)),
            _ => {
                let message = format!("permissions followed by {}", error::found(rest));
                Err(error::syntax(next.span, message, "add a comma or a space after the permissions"))
            }
        };
    }
    let text = String::from_utf8_lossy(path.text);
    let at = input.seek(next.span.start);
    let diagnostic = match next.kind {
        _ if path.text.starts_with(b"@") && path.text.contains(&b'=') => {
            Diagnostic::new(Code::Syntax, format!("operator is part of the word `{text}`"), path.span)
                .with_help("write a space before and after the operator of an assignment")
        }
        SyntaxKind::Id => {
            Diagnostic::new(Code::Syntax, format!("missing permissions or body after `{text}`"), path.span)
                .with_help(format!("add permissions (`{text} r,`), or `{{` to begin a profile"))
        }
        SyntaxKind::Comma | SyntaxKind::Close | SyntaxKind::End => {
            Diagnostic::new(Code::Syntax, "file rule without permissions", path.span)
                .with_help(format!("add the permissions after the path: `{text} r,`"))
        }
        SyntaxKind::Arrow => Diagnostic::new(Code::Syntax, "missing permissions before `->`", next.span)
            .with_help(format!("write `{text} px -> …,`")),
        SyntaxKind::Name => return Err(no_permissions(next)),
        _ => return Err(error::expected(at, "the permissions of a file rule")),
    };
    Err(error::failure(diagnostic))
}

fn no_permissions(token: &Token<'_>) -> nom::Err<ParserError> {
    let message = format!("invalid permissions `{}`", String::from_utf8_lossy(token.text));
    let help = "use the letters `r w a l k m x`, with `i`, `p`, `c`, `u`, `P`, `C` or `U` before `x`";
    error::syntax(token.span, message, help)
}
