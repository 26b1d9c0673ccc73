//! `abi <abi/4.0>,`

use nom::Parser;
use nom::combinator::map;
use nom::sequence::terminated;

use super::error::{Place, comma};
use super::include::path;
use super::input::{Input, PResult};
use crate::syntax::ast::Abi;

/// Parses the text after the keyword.
pub(super) fn item(input: Input<'_>) -> PResult<'_, Abi> {
    map(terminated(path, comma(Place::Word)), |path| Abi { path }).parse(input)
}
