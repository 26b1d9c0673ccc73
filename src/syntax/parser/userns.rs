//! `userns create,`

use nom::Parser;
use nom::bytes::complete::tag;
use nom::combinator::{map, opt};
use nom::sequence::terminated;

use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use super::lexer::skip_space;
use crate::syntax::ast::UsernsRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, UsernsRule> {
    let create = |input| tag(&b"create"[..]).parse(skip_space(input));
    map(terminated(opt(create), comma(CommaContext::Mode)), |create| UsernsRule { create: create.is_some() })
        .parse(input)
}
