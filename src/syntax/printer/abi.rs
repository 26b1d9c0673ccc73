//! `abi <abi/4.0>,`

use super::include::path;
use super::line::PrintedRule;
use crate::syntax::ast::Abi;

pub(super) fn print(abi: &Abi, line: &mut PrintedRule) {
    line.part("abi");
    line.part(path(&abi.path));
}
