//! The state between rules, in which also headers, assignments and the rules without a mode of their own are scanned:
//! file, link, capability, pivot_root, io_uring and all. Comments may stand between any two tokens here.

use memchr::memchr;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::ast::Comment;

use super::classes::{
    blanks, bool_variable, ends_mode, is_blank, is_mode, newline, path, quoted_path, set_variable, word_or_quoted,
};
use super::{Keyword, SyntaxKind, Token, head, skip_space, token};
use crate::syntax::Pattern;
use crate::syntax::ast::condition::pattern;
use crate::syntax::parser::error;
use crate::syntax::parser::input::{PResult, TokenInput};
use crate::syntax::word::Word;

/// Skips blanks, line ends and comments; the comments are kept for the item around them.
pub(in super::super) fn skip(mut input: TokenInput<'_>) -> TokenInput<'_> {
    loop {
        input = skip_space(input);
        match comment(input) {
            Some((rest, comment)) => {
                input.state().keep_comment(comment);
                input = rest;
            }
            None => return input,
        }
    }
}

/// A comment, without its line end. `#include` is none.
pub(in super::super) fn comment(input: TokenInput<'_>) -> Option<(TokenInput<'_>, Comment)> {
    if input.byte(0) != Some(b'#') || input.rest().starts_with(b"#include") {
        return None;
    }
    let len = memchr(b'\n', input.rest()).unwrap_or_else(|| {
        unfinished_line(input);
        input.rest().len()
    });
    let text = input.rest().get(..len).unwrap_or_default();
    let text = text.trim_ascii_end();
    Some((input.advance(len), Spanned::new(text.into(), input.span(text.len()))))
}

/// The reference does not take a comment or `#include` for one where its line end is missing.
fn unfinished_line(input: TokenInput<'_>) {
    let end = input.advance(input.rest().len());
    if input.state().note_unfinished() {
        let message = "missing newline at the end of the file";
        let diagnostic = Diagnostic::new(Code::UnexpectedChar, message, input.span_to(end));
        input.state().report(diagnostic.with_help("add a newline"));
    }
}

/// The next token.
pub(in super::super) fn lex(input: TokenInput<'_>) -> PResult<'_, Token<'_>> {
    let input = skip(input);
    let text = input.rest();
    let Some(&first) = text.first() else { return Ok(token(input, SyntaxKind::End, 0)) };
    let (kind, len) = match first {
        b'/' | b'&' => (SyntaxKind::Id, path(text)),
        b'a'..=b'z' | b'A'..=b'Z' => return Ok(name(input)),
        b',' => (SyntaxKind::Comma, 1),
        b'{' => (SyntaxKind::Open, 1),
        b'}' => (SyntaxKind::Close, 1),
        b'(' => (SyntaxKind::ListOpen, 1),
        b'^' => (SyntaxKind::Caret, 1),
        b'@' => match (path(text), set_variable(text)) {
            (path, variable) if path > variable => (SyntaxKind::Id, path),
            (_, variable) => (SyntaxKind::SetVariable, variable),
        },
        b'"' => (SyntaxKind::Id, quoted_path(text)),
        b'$' => (SyntaxKind::BoolVariable, bool_variable(text)),
        b'-' if text.get(1) == Some(&b'>') => (SyntaxKind::Arrow, 2),
        b'=' => (SyntaxKind::Assign, 1),
        b'+' | b'?' | b':' if text.get(1) == Some(&b'=') => (SyntaxKind::Assign, 2),
        b'+' => (SyntaxKind::Plus, 1),
        b':' => match path(text) {
            0 => (SyntaxKind::Stray, 1),
            len => (SyntaxKind::Id, len),
        },
        b';' => (SyntaxKind::Stray, 1),
        b'#' if text.starts_with(b"#include") => {
            if memchr(b'\n', text).is_none() {
                unfinished_line(input);
            }
            let after = text.get(b"#include".len()..).unwrap_or_default();
            let exists = if_exists(after);
            (SyntaxKind::Include { pound: true, if_exists: exists > 0 }, b"#include".len() + exists)
        }
        _ => (SyntaxKind::End, 0),
    };
    if len == 0 { Err(error::unexpected_char(input)) } else { Ok(token(input, kind, len)) }
}

/// A token that begins with a letter.
fn name(input: TokenInput<'_>) -> (TokenInput<'_>, Token<'_>) {
    let text = input.rest();
    let mut len = super::name(text);
    let (name, after) = text.split_at_checked(len).unwrap_or((text, &[]));
    let kind = if let Some(kind) = head(text, len) {
        kind
    } else if name != b"all" && is_mode(name) && after.first().is_some_and(|&byte| ends_mode(byte)) {
        SyntaxKind::Mode
    } else {
        match name {
            b"include" if after.first().is_some_and(|&byte| is_blank(byte)) => {
                let exists = if_exists(after);
                len += exists;
                SyntaxKind::Include { pound: false, if_exists: exists > 0 }
            }
            b"profile" => {
                len += blanks(after);
                SyntaxKind::Profile
            }
            b"hat" => {
                len += blanks(after);
                SyntaxKind::Hat
            }
            b"open" => SyntaxKind::Open,
            _ => Keyword::of(name).map_or(SyntaxKind::Name, SyntaxKind::Keyword),
        }
    };
    token(input, kind, len)
}

/// The length of ` if exists` where a blank follows it.
fn if_exists(text: &[u8]) -> usize {
    let mut len = 0;
    for word in [&b"if"[..], b"exists"] {
        let rest = text.get(len..).unwrap_or_default();
        let gap = blanks(rest);
        if gap == 0 || !rest.get(gap..).is_some_and(|rest| rest.starts_with(word)) {
            return 0;
        }
        len += gap + word.len();
    }
    if text.get(len).is_some_and(|&byte| is_blank(byte)) { len } else { 0 }
}

/// The word after `->`: any, also on a later line.
pub(in super::super) fn target(input: TokenInput<'_>) -> PResult<'_, Spanned<Pattern>> {
    let input = skip_space(input);
    name_pattern(input).map_err(|problem| match problem {
        nom::Err::Error(_) => error::expected(input, "a name or path after `->`"),
        other => other,
    })
}

/// The word that stands directly here, whatever it is.
pub(in super::super) fn name_word(input: TokenInput<'_>) -> PResult<'_, Word> {
    match word_or_quoted(input.rest()) {
        0 if input.byte(0) == Some(b'"') => Err(error::unterminated(input)),
        0 => Err(nom::Err::Error(crate::syntax::parser::input::ParserError::Mismatch)),
        len => Ok(super::take_word(input, len)),
    }
}

/// Reads a pattern, by the rules of [`name_word`].
pub(in super::super) fn name_pattern(input: TokenInput<'_>) -> PResult<'_, Spanned<Pattern>> {
    name_word(input).map(|(rest, word)| (rest, pattern(word)))
}

/// Whether the line ends here, or the text.
pub(in super::super) fn at_line_end(text: &[u8]) -> bool {
    text.is_empty() || newline(text) > 0
}
