//! `all,`

use super::line::PrintedRule;
use crate::syntax::ast::All;

pub(super) fn print(_: &All, line: &mut PrintedRule) {
    line.part("all");
}
