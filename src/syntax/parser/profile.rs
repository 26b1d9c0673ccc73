//! Profiles, hats and child profiles.

use super::condition::{grouped, list_values, value};
use super::input::{PResult, TokenInput};
use super::lexer::{SyntaxKind, Token, initial, named_head, skip_blanks};
use super::{block, error};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{Profile, ProfileKeyword, condition};
use crate::syntax::word::Word;

/// Parses the text after a keyword that introduces a profile.
pub(super) fn named<'a>(token: &Token<'a>, keyword: ProfileKeyword, input: TokenInput<'a>) -> PResult<'a, Profile> {
    match initial::name_pattern(input) {
        Ok((rest, name)) => header(keyword, name, rest),
        Err(nom::Err::Error(_)) => {
            let text = String::from_utf8_lossy(token.text.trim_ascii_end());
            let message = format!("expected a name directly after `{text}`, found {}", error::found(input));
            Err(error::syntax(error::place(input), message, format!("write the name on the same line as `{text}`")))
        }
        Err(other) => Err(other),
    }
}

/// Parses the text after the name.
pub(super) fn header(keyword: ProfileKeyword, name: Spanned<Pattern>, input: TokenInput<'_>) -> PResult<'_, Profile> {
    let mut profile = Profile {
        keyword,
        name,
        attachment: None,
        xattrs: None,
        identities: Vec::new(),
        flags: None,
        body: Default::default(),
    };
    let mut input = input;
    // Attachment, xattrs, identities, flags: in this order.
    let mut stage = 0;
    loop {
        let (rest, token) = initial::lex(input)?;
        let at = input.seek(token.span.start);
        let part = match token.kind {
            SyntaxKind::Id | SyntaxKind::Name | SyntaxKind::SetVariable if ends_with_brace(&profile, input) => {
                return glued_brace(profile, input, at);
            }
            SyntaxKind::Open => {
                let (rest, body) = block::block(rest, token.span)?;
                profile.body = body;
                return Ok((rest, profile));
            }
            SyntaxKind::Id | SyntaxKind::Name | SyntaxKind::SetVariable => 1,
            SyntaxKind::Group => 2,
            SyntaxKind::Plus => 3,
            SyntaxKind::Flags | SyntaxKind::ListOpen => 4,
            SyntaxKind::Condition => {
                let help = "after the name, write an attachment, `xattrs=(…)` and `flags=(…)`, then `{`";
                let text = String::from_utf8_lossy(token.text);
                return Err(error::syntax(
                    token.span,
                    format!("unknown condition `{text}=` in a profile header"),
                    help,
                ));
            }
            _ => return glued_brace(profile, input, at),
        };
        if part < stage || part == stage && part != 3 {
            return if part == 1 { glued_brace(profile, input, at) } else { Err(order(&token)) };
        }
        stage = part;
        input = match part {
            1 => {
                profile.attachment = Some(token.pattern());
                rest
            }
            2 => {
                let (rest, group) = grouped(rest, &token)?;
                profile.xattrs = Some(group);
                rest
            }
            3 => {
                let (rest, values) = identities(rest)?;
                profile.identities.push(Spanned::new(values, token.span.to(rest.span(0))));
                rest
            }
            _ => {
                let (rest, values) =
                    if token.kind == SyntaxKind::Flags { flags(&token, rest)? } else { list_values(rest, at)? };
                let words = values.into_iter().map(condition::named).collect();
                profile.flags = Some(Spanned::new(words, token.span.to(rest.span(0))));
                rest
            }
        };
    }
}

fn order(token: &Token<'_>) -> nom::Err<super::input::ParserError> {
    let text = String::from_utf8_lossy(token.text);
    let help = "write the parts of a header in this order, each once: name, attachment, `xattrs=(…)`, `flags=(…)`, `{`";
    error::syntax(token.span, format!("`{text}` in the wrong place"), help)
}

/// `flags=(…)` after the word.
fn flags<'a>(token: &Token<'a>, input: TokenInput<'a>) -> PResult<'a, Vec<Word>> {
    let (rest, flags) = value(input)?;
    match flags.words.first().filter(|_| !flags.list) {
        Some(word) => {
            let help = format!("write `flags=({})`", word.value);
            Err(error::syntax(token.span.to(word.span), "flags without parentheses", help))
        }
        None => Ok((rest, flags.words)),
    }
}

/// `identities=(…)` after `+`.
fn identities(input: TokenInput<'_>) -> PResult<'_, Vec<Word>> {
    let input = skip_blanks(input);
    let (len, head) = named_head(input.rest());
    if head != Some(SyntaxKind::Identities) {
        return Err(error::expected(input, "`identities=(…)` after `+`"));
    }
    let (rest, found) = value(input.advance(len))?;
    match found.words.first().filter(|_| !found.list) {
        Some(word) => {
            let help = format!("write `+identities=({})`", word.value);
            Err(error::syntax(word.span, "identities without parentheses", help))
        }
        None => Ok((rest, found.words)),
    }
}

/// The last word of a header so far.
fn last_word(profile: &Profile) -> &Spanned<Pattern> {
    profile.attachment.as_ref().unwrap_or(&profile.name)
}

/// Whether the header ends in a word that holds its brace.
fn ends_with_brace(profile: &Profile, input: TokenInput<'_>) -> bool {
    let last = last_word(profile);
    let text = last.as_bytes();
    let text = text.strip_suffix(b"}").unwrap_or(text);
    // A brace after a backslash is a byte of the name.
    let escapes = |text: &[u8]| text.iter().rev().take_while(|&&byte| byte == b'\\').count();
    let ends = text.strip_suffix(b"{").is_some_and(|name| escapes(name) % 2 == 0);
    // A header with a brace of its own has no need of one, however odd its name is.
    let line = input.rest().split(|&byte| byte == b'\n').next().unwrap_or_default();
    last.span.end == input.at() && ends && !line.windows(2).any(|pair| pair == b" {")
}

/// A header without its brace. Where the brace sticks to the last word, that is reported and the body parsed.
fn glued_brace<'a>(mut profile: Profile, input: TokenInput<'a>, at: TokenInput<'a>) -> PResult<'a, Profile> {
    let last = last_word(&profile);
    let text = last.as_bytes();
    let brace = text.strip_suffix(b"}").unwrap_or(text);
    if ends_with_brace(&profile, input) {
        let brace = input.seek(last.span.end - u32::try_from(text.len() - brace.len()).unwrap_or(0) - 1);
        let diagnostic = Diagnostic::new(Code::Syntax, "`{` is part of the word before it", brace.span(1));
        input.state().report(diagnostic.with_help("add a space before `{`"));
        let (rest, body) = block::block(brace.advance(1), brace.span(1))?;
        profile.body = body;
        return Ok((rest, profile));
    }
    let what = if profile.flags.is_some() { "`{`" } else { "`{` or another part of the profile's header" };
    Err(error::expected(at, what))
}
