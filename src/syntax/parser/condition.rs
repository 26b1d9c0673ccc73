//! `name=value`, `name=(values)`, `name in (values)`, and groups of conditions.

use nom::Parser;
use nom::combinator::{opt, verify};
use nom::multi::many0;

use super::error;
use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Lexer, SyntaxKind, Token, classes, skip_blanks, skip_space, spanned, take_word};
use crate::source::Spanned;
use crate::syntax::ast::{Condition, ConditionOp, ConditionValue, Group};
use crate::syntax::word::Word;

/// Operator and values of a condition.
pub(super) struct ConditionOperand {
    op: Spanned<ConditionOp>,
    /// Whether parentheses stand around the values.
    pub(super) list: bool,
    pub(super) words: Vec<Word>,
}

/// Any number of conditions.
pub(super) fn conditions<V: ConditionValue>(
    lex: Lexer,
) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, Vec<Spanned<Condition<V>>>> {
    move |input| many0(|input| condition(lex, input)).parse(input)
}

fn condition<'a, V: ConditionValue>(lex: Lexer, input: TokenInput<'a>) -> PResult<'a, Spanned<Condition<V>>> {
    let (rest, token) = verify(lex, |token: &Token<'_>| token.kind == SyntaxKind::Condition).parse(input)?;
    let (rest, ConditionOperand { op, list, words }) = value(rest)?;
    let condition = Condition::read(token.word(), Some(op), list, words);
    Ok((rest, Spanned::new(condition, token.span.to(rest.span(0)))))
}

/// Operator and value after the head of a condition.
pub(super) fn value(input: TokenInput<'_>) -> PResult<'_, ConditionOperand> {
    let start = skip_space(input);
    let (op, len) = match start.rest() {
        [b'=', ..] => (ConditionOp::Equal, 1),
        [b':', b'=', ..] => (ConditionOp::ColonEqual, 2),
        [b'i', b'n', ..] => (ConditionOp::In, 2),
        _ => return Err(error::expected(start, "`=`")),
    };
    let behind = start.advance(len);
    let op = spanned(start, behind, op);
    let same_line = skip_blanks(behind);
    let (rest, list, words) =
        if op.value == ConditionOp::In || same_line.byte(0) == Some(b'(') || classes::newline(same_line.rest()) > 0 {
            let list = skip_space(same_line);
            if list.byte(0) != Some(b'(') {
                let message = format!("expected a value on this line, found {}", error::found(same_line));
                let help = "write the value directly after `=`; only a list in parentheses may begin on the next line";
                return Err(error::syntax(behind.span(0), message, help));
            }
            let (rest, values) = list_values(list.advance(1), list)?;
            (rest, true, values)
        } else {
            match classes::word_or_quoted(same_line.rest()) {
                0 => return Err(error::expected(same_line, "a value")),
                len => {
                    let (rest, word) = take_word(same_line, len);
                    (rest, false, vec![word])
                }
            }
        };
    Ok((rest, ConditionOperand { op, list, words }))
}

/// One or more values up to the closing parenthesis; `open` is the opening one.
pub(super) fn list_values<'a>(input: TokenInput<'a>, open: TokenInput<'a>) -> PResult<'a, Vec<Word>> {
    let (rest, values) = list(input, open)?;
    if values.is_empty() {
        return Err(error::syntax(
            open.span_to(rest),
            "empty list",
            "write one or more values between the parentheses",
        ));
    }
    Ok((rest, values))
}

/// Values up to the closing parenthesis. Commas between them are white space.
pub(super) fn list<'a>(mut input: TokenInput<'a>, open: TokenInput<'a>) -> PResult<'a, Vec<Word>> {
    let mut values = Vec::new();
    loop {
        input = skip_space_and_commas(input);
        match input.byte(0) {
            Some(b')') => return Ok((input.advance(1), values)),
            None => return Err(unclosed_list(open)),
            Some(_) => {}
        }
        match classes::list_item(input.rest()) {
            0 if input.byte(0) == Some(b'(') => {
                return Err(error::syntax(input.span(1), "nested list", "remove the `(`, or quote the value"));
            }
            0 => return Err(error::unexpected_char(input)),
            len => {
                let (rest, word) = take_word(input, len);
                if word.as_bytes() == b"{" {
                    return Err(unclosed_list(open));
                }
                values.push(word);
                input = rest;
            }
        }
    }
}

fn unclosed_list(open: TokenInput<'_>) -> nom::Err<ParserError> {
    error::syntax(open.span(1), "unclosed list", "add `)` after the last value")
}

fn skip_space_and_commas(mut input: TokenInput<'_>) -> TokenInput<'_> {
    loop {
        input = skip_space(input);
        if input.byte(0) != Some(b',') {
            return input;
        }
        input = input.advance(1);
    }
}

/// `peer=(…)` or `xattrs=(…)`, if one is there.
pub(super) fn group<V: ConditionValue>(
    lex: Lexer,
) -> impl for<'a> Fn(TokenInput<'a>) -> PResult<'a, Option<Spanned<Group<V>>>> {
    move |input| {
        let (rest, token) = opt(verify(lex, |token: &Token<'_>| token.kind == SyntaxKind::Group)).parse(input)?;
        match token {
            None => Ok((rest, None)),
            Some(token) => {
                let (rest, group) = grouped(rest, &token)?;
                Ok((rest, Some(group)))
            }
        }
    }
}

/// The rest of a group after its name.
pub(super) fn grouped<'a, V: ConditionValue>(
    input: TokenInput<'a>,
    name: &Token<'a>,
) -> PResult<'a, Spanned<Group<V>>> {
    // The head has seen `=(` on this line.
    let open = skip_blanks(skip_blanks(input).advance(1));
    let mut input = open.advance(1);
    let mut conditions = Vec::new();
    loop {
        input = skip_space_and_commas(input);
        match input.byte(0) {
            Some(b')') => {
                let rest = input.advance(1);
                let group = Group { name: name.word(), conditions };
                return Ok((rest, Spanned::new(group, name.span.to(rest.span(0)))));
            }
            None => return Err(unclosed_list(open)),
            Some(_) => {}
        }
        let (rest, condition) = grouped_condition(input)?;
        conditions.push(condition);
        input = rest;
    }
}

/// `name`, `name=value`, `name:=value`, `name=(value)`
fn grouped_condition<V: ConditionValue>(input: TokenInput<'_>) -> PResult<'_, Spanned<Condition<V>>> {
    let (rest, name) = match classes::rule_word(input.rest()) {
        0 if input.byte(0) == Some(b'"') => {
            return Err(error::syntax(error::place(input), "quoted name of a condition", "remove the quotes"));
        }
        0 => return Err(error::expected(input, "the name of a condition, or `)`")),
        len => take_word(input, len),
    };
    let start = skip_space_and_commas(rest);
    let (op, len) = match start.rest() {
        [b'=', ..] => (ConditionOp::Equal, 1),
        [b':', b'=', ..] => (ConditionOp::ColonEqual, 2),
        _ => return Ok((rest, spanned(input, rest, Condition::read(name, None, false, Vec::new())))),
    };
    let behind = start.advance(len);
    let op = spanned(start, behind, op);
    let same_line = skip_blanks(behind);
    let (rest, list, word) = if same_line.byte(0) == Some(b'(') {
        let (rest, word) = grouped_value(skip_space(same_line.advance(1)))?;
        let close = skip_space(rest);
        if close.byte(0) != Some(b')') {
            return Err(error::expected(close, "`)` after the value of a condition in a group"));
        }
        (close.advance(1), true, word)
    } else {
        let (rest, word) = grouped_value(skip_space(same_line))?;
        (rest, false, word)
    };
    Ok((rest, spanned(input, rest, Condition::read(name, Some(op), list, vec![word]))))
}

fn grouped_value(input: TokenInput<'_>) -> PResult<'_, Word> {
    match classes::list_item(input.rest()) {
        2 if input.rest().starts_with(b"\"\"") => {
            Err(error::syntax(input.span(2), "empty value in a group", "write a value, or remove the condition"))
        }
        0 => Err(error::expected(input, "a value")),
        len => Ok(take_word(input, len)),
    }
}
