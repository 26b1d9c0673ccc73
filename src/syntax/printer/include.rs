//! `include <abstractions/base>`

use super::line::PrintedRule;
use crate::syntax::ast::{Include, IncludePath, PathForm};

pub(super) fn print(include: &Include, line: &mut PrintedRule) {
    line.part(if include.pound { "#include" } else { "include" });
    if include.if_exists {
        line.part("if exists");
    }
    line.part(path(&include.path));
}

/// The path with what stands around it.
pub(super) fn path(path: &IncludePath) -> Vec<u8> {
    match path.form {
        PathForm::Angle => [b"<", path.path.as_bytes(), b">"].concat(),
        PathForm::Plain => path.path.to_vec(),
    }
}
