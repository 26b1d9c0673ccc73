//! The diagnostics of the parser, and the comma at the end of rules.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{classes, initial, keyword, skip_space};

/// A diagnostic that ends the construct.
pub(super) fn failure(diagnostic: Diagnostic) -> nom::Err<ParserError> {
    nom::Err::Failure(ParserError::Reported(Box::new(diagnostic)))
}

/// An error of the grammar, with what to write.
pub(super) fn syntax(span: Span, message: impl Into<String>, help: impl Into<String>) -> nom::Err<ParserError> {
    failure(Diagnostic::new(Code::Syntax, message, span).with_help(help))
}

/// Returns the number of bytes to point at: a word without the comma or brace after it, at least one byte.
fn extent(text: &[u8]) -> usize {
    let quoted = classes::quoted(text);
    if quoted > 0 && !text.get(..quoted).is_some_and(|text| text.contains(&b'\n')) {
        return quoted;
    }
    let word = text.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let word = text.get(..word).unwrap_or_default();
    let mut len = word.len();
    while len > 1 && matches!(word.get(len - 1), Some(b',' | b';' | b'{' | b'}' | b'(' | b')')) {
        len -= 1;
    }
    match word.iter().position(|byte| matches!(byte, b'=' | b'(')) {
        Some(at) if at > 0 => len.min(at),
        _ => len.max(1),
    }
}

/// Describes the text at this place for a message: `end of file`, or the word in backquotes.
pub(super) fn found(input: TokenInput<'_>) -> String {
    if input.rest().is_empty() {
        return "the end of the file".to_owned();
    }
    if classes::newline(input.rest()) > 0 {
        return "the end of the line".to_owned();
    }
    if input.byte(0).is_some_and(classes::is_blank) {
        return "a space".to_owned();
    }
    let len = extent(input.rest());
    let word = input.rest().get(..len.min(60)).unwrap_or_default();
    let dots = if len > 60 { "…" } else { "" };
    let word: String = String::from_utf8_lossy(word)
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    format!("`{word}{dots}`")
}

/// The place of what stands here.
pub(super) fn place(input: TokenInput<'_>) -> Span {
    input.span(extent(input.rest()))
}

/// Something else was expected here. The parser of the item adds what the item looks like.
pub(super) fn expected(input: TokenInput<'_>, what: &str) -> nom::Err<ParserError> {
    let text = input.rest();
    if text.first() == Some(&b'"') && classes::quoted(text) == 0 {
        return unterminated(input);
    }
    let message = format!("expected {what}, found {}", found(input));
    let diagnostic = Diagnostic::new(Code::Syntax, message, place(input));
    failure(if is_include(text) {
        diagnostic.with_help("end this rule first: an include cannot be inside a rule")
    } else {
        diagnostic
    })
}

fn is_include(text: &[u8]) -> bool {
    let word = text.strip_prefix(b"#").unwrap_or(text);
    word.strip_prefix(b"include").is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'\t' | b'<' | b'"')))
}

/// A byte that cannot stand here.
pub(super) fn unexpected_char(input: TokenInput<'_>) -> nom::Err<ParserError> {
    let Some(byte) = input.byte(0) else { return expected(input, "a rule") };
    let (message, help) = match byte {
        b'"' if classes::quoted(input.rest()) == 0 => return unterminated(input),
        b'\r' => {
            ("carriage return without a line feed".to_owned(), Some("remove it, or end the line with CR LF or LF"))
        }
        0xef if input.rest().starts_with(b"\xef\xbb\xbf") => {
            let message = "unexpected byte order mark".to_owned();
            let help = "save the file as UTF-8 without a byte order mark";
            let diagnostic = Diagnostic::new(Code::UnexpectedChar, message, input.span(3));
            return failure(diagnostic.with_help(help));
        }
        b';' => ("unexpected `;`".to_owned(), Some("end the rule with a comma")),
        b'"' => ("unexpected quoted word".to_owned(), Some("only paths, names and values can be quoted")),
        b'!'..=b'~' => (format!("unexpected `{}`", char::from(byte)), None),
        _ => (format!("unexpected byte 0x{byte:02x}"), None),
    };
    let mut diagnostic = Diagnostic::new(Code::UnexpectedChar, message, input.span(1));
    diagnostic.help = help.map(str::to_owned);
    failure(diagnostic)
}

/// A quoted word without its second quote.
pub(super) fn unterminated(input: TokenInput<'_>) -> nom::Err<ParserError> {
    let line = input.rest().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
    let diagnostic = Diagnostic::new(Code::Syntax, "unclosed quoted word", input.span(line));
    failure(diagnostic.with_help("add `\"` after the word"))
}

/// The neighbourhood of a comma, which decides whether a word can contain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommaContext {
    /// The state between rules: comments may stand before the comma.
    Initial,
    /// A state whose words do not begin with a comma.
    Mode,
    /// A state whose words do.
    Word,
}

/// The comma that ends a rule. Where it is missing, that is reported and the rule counts as ended.
pub(super) fn comma(place: CommaContext) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, ()> + Copy {
    move |input| {
        let rest = if place == CommaContext::Initial { initial::skip(input) } else { skip_space(input) };
        if rest.byte(0) == Some(b',') {
            let next = rest.advance(1);
            if place == CommaContext::Word && next.byte(0).is_some_and(classes::is_word_byte) {
                let diagnostic = Diagnostic::new(Code::MissingComma, "missing whitespace after a comma", rest.span(1));
                rest.state().report(diagnostic.with_help("add a space or a newline after the comma"));
            }
            return Ok((next, ()));
        }
        missing_comma(input, rest)
    }
}

/// `end` is directly after the last word, `next` in front of what stands in the place of the comma.
fn missing_comma<'a>(end: TokenInput<'a>, next: TokenInput<'a>) -> PResult<'a, ()> {
    let text = end.state().text().get(..end.at() as usize).unwrap_or_default();
    let word_start = text.iter().rposition(|byte| byte.is_ascii_whitespace()).map_or(0, |at| at + 1);
    let word = text.get(word_start..).unwrap_or_default();
    if let Some(comma) = swallowed(word) {
        let comma = end.seek(u32::try_from(word_start + comma).unwrap_or(u32::MAX));
        let diagnostic = Diagnostic::new(Code::MissingComma, "missing whitespace after a comma", comma.span(1));
        let help = "add a space or a newline after the comma: without it, the comma is part of the word";
        end.state().report(diagnostic.with_help(help));
        return Ok((comma.advance(1), ()));
    }
    let ends = match next.byte(0) {
        None | Some(b'}') => true,
        Some(b';') => {
            let diagnostic = Diagnostic::new(Code::MissingComma, "`;` at the end of a rule", next.span(1));
            end.state().report(diagnostic.with_help("write `,` instead of `;`"));
            return Ok((next.advance(1), ()));
        }
        Some(_) => starts_item(next.rest(), end.line_ends_before(next)),
    };
    if !ends {
        return Err(expected(next, "`,`"));
    }
    let diagnostic = Diagnostic::new(Code::MissingComma, "missing comma at the end of a rule", end.span(0));
    end.state().report(diagnostic.with_label("expected `,` here").with_help("add `,`"));
    Ok((end, ()))
}

/// Returns the offset of a comma in the word that was meant to end the rule.
fn swallowed(word: &[u8]) -> Option<usize> {
    let comma = word.iter().rposition(|&byte| byte == b',')?;
    let rest = word.get(comma + 1..)?;
    let braces = word.iter().fold(0i32, |depth, byte| match byte {
        b'{' => depth.saturating_add(1),
        b'}' => depth.saturating_sub(1),
        _ => depth,
    });
    let ends = !rest.is_empty() && rest.iter().all(|&byte| byte == b'}') && braces < 0;
    (ends || braces == 0 && rest.starts_with(b"/")).then_some(comma)
}

/// Whether an item begins here; a path does only at the beginning of a line.
pub(super) fn starts_item(text: &[u8], new_line: bool) -> bool {
    match text.first() {
        Some(b'a'..=b'z') => {
            let len = classes::name(text);
            let (word, rest) = text.split_at_checked(len).unwrap_or((text, &[]));
            let after = rest.get(classes::blanks(rest)..).unwrap_or_default();
            keyword::starts_item(word) && after.first() != Some(&b'=')
                || word == b"priority" && after.first() == Some(&b'=')
        }
        Some(b'#') => is_include(text),
        Some(b'/' | b'^') => new_line,
        Some(b'@' | b'"' | b'$') => {
            new_line && (classes::path(text) | classes::quoted_path(text) | classes::set_variable(text)) > 0
        }
        _ => false,
    }
}
