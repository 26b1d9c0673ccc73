//! `userns create,`

use nom::Parser;
use nom::bytes::complete::tag;
use nom::combinator::{map, opt};
use nom::sequence::terminated;

use super::error::{Place, comma};
use super::input::{Input, PResult};
use super::lexer::skip_space;
use crate::syntax::ast::UsernsRule;

/// Parses the text after the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, UsernsRule> {
    let create = |input| tag(&b"create"[..]).parse(skip_space(input));
    map(terminated(opt(create), comma(Place::Mode)), |create| UsernsRule { create: create.is_some() }).parse(input)
}
