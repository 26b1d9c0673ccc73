//! `signal send set=term peer=p,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::condition::conditions;
use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::{Lexer, mode};
use super::permissions::permissions;
use super::ptrace::no_group;
use crate::syntax::ast::SignalRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, SignalRule> {
    let lex: Lexer = mode::signal;
    let parts = (permissions(lex), conditions(lex), no_group(lex));
    map(terminated(parts, comma(CommaContext::Mode)), |(permissions, conditions, ())| SignalRule {
        permissions,
        conditions,
    })
    .parse(input)
}
