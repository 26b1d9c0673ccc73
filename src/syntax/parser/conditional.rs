//! `if … { … } else { … }`, and expressions.

use super::input::{PResult, TokenInput};
use super::lexer::{Keyword, Lexer, SyntaxKind, Token, expression as lexer, initial, skip_space};
use super::{block, error};
use crate::source::Spanned;
use crate::syntax::ast::{Conditional, Else, Expr};

/// Parses the text after `if`, which is at `keyword`.
pub(super) fn item<'a>(input: TokenInput<'a>, keyword: &Token<'a>) -> PResult<'a, Conditional> {
    let (input, condition) = expression(lexer::condition, input)?;
    let (input, open) = lexer::condition(input)?;
    if open.kind != SyntaxKind::Open {
        let at = input.seek(open.span.start);
        if open.text.starts_with(b"{") {
            return Err(error::syntax(open.span, "`{` is part of a word", "write a space before and after `{`"));
        }
        return Err(error::expected(at, "`{`, `and` or `or`"));
    }
    let (input, then) = block::block(input, open.span)?;
    let mark = input.state().comment_mark();
    let rest = match initial::lex(input) {
        Ok((rest, token)) if token.kind == SyntaxKind::Keyword(Keyword::Else) => rest,
        _ => {
            input.state().reset_comments(mark);
            return Ok((input, Conditional { condition, then, otherwise: None }));
        }
    };
    let (rest, next) = initial::lex(rest)?;
    let (end, otherwise) = match next.kind {
        SyntaxKind::Open => {
            let (rest, block) = block::block(rest, next.span)?;
            (rest, Else::Block(block))
        }
        SyntaxKind::Keyword(Keyword::If) => {
            let (end, conditional) = rest.nested(keyword.span, |rest| item(rest, &next))?;
            (end, Else::If(Spanned::new(Box::new(conditional), next.span.to(end.span(0)))))
        }
        _ => return Err(error::expected(rest.seek(next.span.start), "`{` or `if` after `else`")),
    };
    Ok((end, Conditional { condition, then, otherwise: Some(otherwise) }))
}

/// An expression in one of the two states that have them.
pub(super) fn expression<'a>(lex: Lexer, input: TokenInput<'a>) -> PResult<'a, Spanned<Expr>> {
    operands(lex, input, SyntaxKind::Or, Expr::Or, |lex, input| operands(lex, input, SyntaxKind::And, Expr::And, not))
}

/// Operands with the same operator between them; a single one stays as it is.
fn operands<'a>(
    lex: Lexer,
    input: TokenInput<'a>,
    operator: SyntaxKind,
    join: fn(Vec<Spanned<Expr>>) -> Expr,
    operand: fn(Lexer, TokenInput<'a>) -> PResult<'a, Spanned<Expr>>,
) -> PResult<'a, Spanned<Expr>> {
    let (mut input, first) = operand(lex, input)?;
    let mut rest = Vec::new();
    loop {
        match lex(input) {
            Ok((behind, token)) if token.kind == operator => {
                let (end, next) = operand(lex, behind)?;
                rest.push(next);
                input = end;
            }
            _ => break,
        }
    }
    match rest.last() {
        None => Ok((input, first)),
        Some(last) => {
            let span = first.span.to(last.span);
            rest.insert(0, first);
            Ok((input, Spanned::new(join(rest), span)))
        }
    }
}

fn not<'a>(lex: Lexer, input: TokenInput<'a>) -> PResult<'a, Spanned<Expr>> {
    let (rest, token) = lex(input)?;
    match token.kind {
        SyntaxKind::Not => {
            let (rest, inner) = rest.nested(token.span, |rest| not(lex, rest))?;
            let span = token.span.to(inner.span);
            Ok((rest, Spanned::new(Expr::Not(Box::new(inner)), span)))
        }
        SyntaxKind::ListOpen => {
            let (rest, inner) = rest.nested(token.span, |rest| expression(lex, rest))?;
            let (end, close) = lex(rest)?;
            if close.kind != SyntaxKind::ListClose {
                // A path goes on over the parenthesis.
                let behind = rest.at().checked_sub(1).and_then(|at| rest.seek(at).byte(0));
                if behind == Some(b')') {
                    let span = rest.seek(rest.at() - 1).span(1);
                    return Err(error::syntax(span, "`)` is part of a word", "write a space before `)`"));
                }
                return Err(error::expected(rest.seek(close.span.start), "`)`, `and` or `or`"));
            }
            Ok((end, Spanned::new(Expr::Paren(Box::new(inner)), token.span.to(close.span))))
        }
        SyntaxKind::Defined => {
            let (end, name) = lex(rest)?;
            if !matches!(name.kind, SyntaxKind::SetVariable | SyntaxKind::BoolVariable) {
                return Err(error::expected(rest.seek(name.span.start), "a variable after `defined`"));
            }
            Ok((end, Spanned::new(Expr::Defined(name.word()), token.span.to(name.span))))
        }
        SyntaxKind::BoolVariable => Ok((rest, Spanned::new(Expr::Bool(token.word()), token.span))),
        SyntaxKind::Id | SyntaxKind::SetVariable => comparison(lex, rest, &token),
        _ => Err(error::expected(skip_space(input).seek(token.span.start), "a variable or a word")),
    }
}

fn comparison<'a>(lex: Lexer, input: TokenInput<'a>, left: &Token<'a>) -> PResult<'a, Spanned<Expr>> {
    if let Ok((rest, op)) = lex(input)
        && let SyntaxKind::Compare(compare) = op.kind
    {
        let (end, right) = lex(rest)?;
        if !matches!(right.kind, SyntaxKind::Id | SyntaxKind::SetVariable) {
            return Err(error::expected(rest.seek(right.span.start), "a word or set variable to compare with"));
        }
        let op = Spanned::new(compare, op.span);
        let expr = Expr::Compare { left: left.word(), op, right: right.word() };
        return Ok((end, Spanned::new(expr, left.span.to(right.span))));
    }
    Ok((input, Spanned::new(Expr::Operand(left.word()), left.span)))
}
