//! Assignments to variables, and aliases.

use nom::Parser;
use nom::combinator::{map, verify};
use nom::sequence::terminated;

use super::error::{self, CommaContext, comma};
use super::input::{PResult, TokenInput, word};
use super::lexer::expression::{assigned, skip_continued};
use super::lexer::{SyntaxKind, Token, classes, initial, skip_blanks, take_word};
use super::{conditional, pivot_root};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::condition::pattern;
use crate::syntax::ast::{Alias, AssignOp, BoolVariable, SetVariable};
use crate::syntax::word::Word;

/// The name inside a variable token.
fn name(token: &Token<'_>) -> Word {
    let name = classes::variable_name(token.text);
    let skip = if token.text.get(1) == Some(&b'{') { 2 } else { 1 };
    let start = token.span.start + skip;
    let end = start + u32::try_from(name.len()).unwrap_or(0);
    word(name, crate::source::Span::new(token.span.source, start, end))
}

/// The operator.
fn operator(token: &Token<'_>) -> Spanned<AssignOp> {
    let op = match token.text {
        b"+=" => AssignOp::Add,
        b"?=" => AssignOp::Default,
        b":=" => AssignOp::Replace,
        _ => AssignOp::Set,
    };
    Spanned::new(op, token.span)
}

/// Parses the text after the operator of an assignment to a set variable.
pub(super) fn set<'a>(variable: &Token<'a>, op: &Token<'a>, input: TokenInput<'a>) -> PResult<'a, SetVariable> {
    let (rest, values) = values(input)?;
    if values.is_empty() {
        let message = "assignment without a value";
        let help = "write the value on the same line, `\"\"` for an empty one";
        return Err(error::syntax(op.span, message, help));
    }
    Ok((rest, SetVariable { name: name(variable), op: operator(op), values }))
}

/// Values up to the end of the line.
fn values(mut input: TokenInput<'_>) -> PResult<'_, Vec<Spanned<Pattern>>> {
    let mut values = Vec::new();
    let mut end = input;
    loop {
        input = skip_continued(input);
        let text = input.rest();
        if initial::at_line_end(text) || text.first() == Some(&b'#') {
            // A comment stays for the item, a continuation that nothing follows for the next one.
            let continued = end.line_ends_before(input);
            let rest = if continued && text.first() == Some(&b'#') { input } else { end };
            return Ok((rest, values));
        }
        match classes::word_or_quoted(text) {
            0 if text.first() == Some(&b',') => {
                trailing_comma(input);
                input = input.advance(1);
            }
            0 => return Err(error::unexpected_char(input)),
            len => {
                let (rest, word) = take_word(input, len);
                values.push(pattern(word));
                input = rest;
            }
        }
        end = input;
    }
}

fn trailing_comma(input: TokenInput<'_>) {
    let diagnostic = Diagnostic::new(Code::TrailingComma, "comma at the end of an assignment", input.span(1));
    input.state().report(diagnostic.with_help("remove the comma; values are separated by spaces"));
}

/// Parses the text after a boolean variable.
pub(super) fn boolean<'a>(variable: &Token<'a>, input: TokenInput<'a>) -> PResult<'a, BoolVariable> {
    // The operator stands on the same line.
    let at = skip_blanks(input);
    let (input, op) = match initial::lex(at) {
        Ok((rest, token)) if token.kind == SyntaxKind::Assign && token.span.start == at.at() => {
            (rest, operator(&token))
        }
        _ => return Err(error::expected(at, "`=` after the boolean variable")),
    };
    let (input, value) = conditional::expression(assigned, input)?;
    let (rest, end) = assigned(input)?;
    let variable = BoolVariable { name: name(variable), op, value };
    match end.kind {
        SyntaxKind::End => Ok((input, variable)),
        SyntaxKind::Comma => {
            trailing_comma(input.seek(end.span.start));
            Ok((rest, variable))
        }
        _ => Err(error::expected(input.seek(end.span.start), "the end of the line")),
    }
}

/// Parses the text after `alias`.
pub(super) fn alias(input: TokenInput<'_>) -> PResult<'_, Alias> {
    let parts = |input| {
        let from = verify(initial::lex, |token: &Token<'_>| matches!(token.kind, SyntaxKind::Id | SyntaxKind::Name));
        let (input, from) = match map(from, |token| token.pattern()).parse(input) {
            Err(nom::Err::Error(_)) => return Err(error::expected(initial::skip(input), "a path")),
            other => other?,
        };
        let (input, _) = match pivot_root::arrow(input) {
            Err(nom::Err::Error(_)) => return Err(error::expected(initial::skip(input), "`->`")),
            other => other?,
        };
        let (input, to) = initial::target(input)?;
        Ok((input, Alias { from, to }))
    };
    terminated(parts, comma(CommaContext::Initial)).parse(input)
}
