//! `abi <abi/4.0>,`

use super::include::path;
use super::line::Line;
use crate::syntax::ast::Abi;

pub(super) fn print(abi: &Abi, line: &mut Line) {
    line.part("abi");
    line.part(path(&abi.path));
}
