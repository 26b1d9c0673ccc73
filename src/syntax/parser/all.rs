//! `all,`

use nom::Parser;
use nom::combinator::value;

use super::error::{CommaContext, comma};
use super::input::{PResult, TokenInput};
use crate::syntax::ast::All;

/// Parses the text after the keyword.
pub(super) fn rule(input: TokenInput<'_>) -> PResult<'_, All> {
    value(All {}, comma(CommaContext::Initial)).parse(input)
}
