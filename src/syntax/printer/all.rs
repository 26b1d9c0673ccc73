//! `all,`

use super::line::Line;
use crate::syntax::ast::All;

pub(super) fn print(_: &All, line: &mut Line) {
    line.part("all");
}
