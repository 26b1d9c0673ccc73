//! `change_profile unsafe /bin/x -> other,`

use nom::Parser;
use nom::combinator::{map, map_opt, opt, verify};
use nom::sequence::{preceded, terminated};

use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{initial, keyword, skip_space};
use crate::syntax::ast::condition::pattern;
use crate::syntax::ast::{ChangeProfileRule, Safety};
use crate::syntax::word::Word;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, ChangeProfileRule> {
    let safety = map_opt(word, |word| match word.as_bytes() {
        b"safe" => Some(Safety::Safe),
        b"unsafe" => Some(Safety::Unsafe),
        _ => None,
    });
    let exec = verify(word, |word| {
        let text = word.as_bytes();
        !matches!(text, b"safe" | b"unsafe" | b"->") && !keyword::starts_item(text) && !text.starts_with(b",")
    });
    let arrow = verify(word, |word| word.as_bytes() == b"->");
    let parts = (opt(safety), opt(map(exec, pattern)), opt(preceded(arrow, initial::target)));
    map(terminated(parts, comma(CommaContext::Word)), |(safety, exec, target)| ChangeProfileRule {
        safety,
        exec,
        target,
    })
    .parse(input)
}

fn word(input: TokenInput<'_>) -> PResult<'_, Word> {
    initial::name_word(skip_space(input))
}
