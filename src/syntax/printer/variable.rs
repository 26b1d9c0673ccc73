//! Variables and aliases.

use super::conditional::expression;
use super::line::Line;
use crate::syntax::ast::{Alias, AssignOp, BoolVariable, SetVariable};

/// Values stay on one line: the end of the line ends the assignment.
pub(super) fn print_set(variable: &SetVariable, line: &mut Line) {
    line.part([b"@{", variable.name.as_bytes(), b"}"].concat());
    line.part(operator(variable.op.value));
    for value in &variable.values {
        line.part(value.as_bytes());
    }
}

pub(super) fn print_bool(variable: &BoolVariable, line: &mut Line) {
    line.part([b"${", variable.name.as_bytes(), b"}"].concat());
    line.part(operator(variable.op.value));
    line.part(expression(&variable.value));
}

fn operator(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Add => "+=",
        AssignOp::Default => "?=",
        AssignOp::Replace => ":=",
    }
}

pub(super) fn print_alias(alias: &Alias, line: &mut Line) {
    line.part("alias");
    line.part(alias.from.as_bytes());
    line.arrow(&alias.to);
}
