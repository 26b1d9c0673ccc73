//! Blocks, and the loop over the items of a block or file.

use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Keyword, SyntaxKind, initial};
use super::recovery::{RecoveryPoint, resume};
use super::{error, item, trivia};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Block, Item, Trivia};

/// A block after its opening brace, which is at `open`.
pub(super) fn block(input: TokenInput<'_>, open: Span) -> PResult<'_, Block> {
    input.nested(open, |input| {
        let (input, opening) = trivia::trailing(input);
        let (input, items, tail) = items(input);
        let block = Block { opening, items, tail };
        if input.byte(0) == Some(b'}') {
            return Ok((input.advance(1), block));
        }
        // Of nested blocks that are all open at the end, the innermost is the one that lacks its brace, and closing it
        // may close the others.
        if !input.state().stopped() && input.state().note_unclosed() {
            let diagnostic = Diagnostic::new(Code::Syntax, "unclosed block", open);
            input.state().report(diagnostic.with_help("add `}` after the last rule of the block"));
        }
        Ok((input, block))
    })
}

/// Items up to a closing brace or the end of the text, with what stands after the last.
pub(super) fn items(mut input: TokenInput<'_>) -> (TokenInput<'_>, Vec<Item>, Vec<Trivia>) {
    let mut items = Vec::new();
    // Comments before an item that was no good belong to the next.
    let mut pending: Vec<Trivia> = Vec::new();
    loop {
        let (start, mut leading) = trivia::leading(input, items.is_empty() && pending.is_empty());
        if !pending.is_empty() {
            pending.append(&mut leading);
            leading = std::mem::take(&mut pending);
        }
        if start.state().stopped() || matches!(start.byte(0), None | Some(b'}')) {
            return (start, items, trivia::without_last_blank(leading));
        }
        let mark = start.state().comment_mark();
        let result = item::item(start);
        leading.extend(start.state().take_comments(mark).into_iter().map(Trivia::Comment));
        match result {
            Ok((end, kind)) => {
                let (rest, trailing) = trivia::trailing(end);
                items.push(Item { leading, kind: Spanned::new(kind, start.span_to(end)), trailing });
                input = rest;
            }
            Err(problem) => {
                input = recover(start, problem);
                pending = leading;
            }
        }
    }
}

/// Reports why the item at `start` is broken, and goes to the next one.
fn recover<'a>(start: TokenInput<'a>, problem: nom::Err<ParserError>) -> TokenInput<'a> {
    let state = start.state();
    let problem = match problem {
        nom::Err::Error(ParserError::Mismatch) if !state.stopped() => error::expected(start, "a rule"),
        other => other,
    };
    let mut at = start;
    if let nom::Err::Error(ParserError::Reported(diagnostic)) | nom::Err::Failure(ParserError::Reported(diagnostic)) =
        problem
    {
        at = start.seek(diagnostic.span().start.max(start.at()));
        state.report(*diagnostic);
    }
    if state.stopped() {
        return start.seek(u32::MAX);
    }
    state.note_broken();
    loop {
        match resume(start, at) {
            RecoveryPoint::Item(rest) => return rest,
            RecoveryPoint::Block(open) => {
                // The block is looked at for its errors only.
                let mark = state.comment_mark();
                let rest = match block(open.advance(1), open.span(1)) {
                    Ok((rest, _)) => rest,
                    Err(_) => open.advance(1),
                };
                state.take_comments(mark);
                match initial::lex(rest) {
                    // The other half of a broken conditional.
                    Ok((next, token)) if token.kind == SyntaxKind::Keyword(Keyword::Else) => at = next,
                    _ => return rest,
                }
            }
        }
    }
}
