//! `abi <abi/4.0>,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::error::{CommaContext, comma};
use super::include::path;
use super::input::{PResult, TokenInput};
use crate::syntax::ast::Abi;

/// Parses the text after the keyword.
pub(super) fn item(input: TokenInput<'_>) -> PResult<'_, Abi> {
    map(terminated(path, comma(CommaContext::Word)), |path| Abi { path }).parse(input)
}
