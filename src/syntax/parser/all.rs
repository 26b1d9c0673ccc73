//! `all,`

use nom::Parser;
use nom::combinator::value;

use super::error::{Place, comma};
use super::input::{Input, PResult};
use crate::syntax::ast::All;

/// Parses the text after the keyword.
pub(super) fn rule(input: Input<'_>) -> PResult<'_, All> {
    value(All {}, comma(Place::Initial)).parse(input)
}
