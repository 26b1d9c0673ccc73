//! Variables and aliases.

use super::conditional::expression;
use super::line::PrintedRule;
use crate::syntax::ast::{Alias, BoolVariable, SetVariable};

/// Values stay on one line: the end of the line ends the assignment.
pub(super) fn print_set(variable: &SetVariable, line: &mut PrintedRule) {
    line.part([b"@{", variable.name.as_bytes(), b"}"].concat());
    line.part(variable.op.value.as_str());
    for value in &variable.values {
        line.part(value.as_bytes());
    }
}

pub(super) fn print_bool(variable: &BoolVariable, line: &mut PrintedRule) {
    line.part([b"${", variable.name.as_bytes(), b"}"].concat());
    line.part(variable.op.value.as_str());
    line.part(expression(&variable.value));
}

pub(super) fn print_alias(alias: &Alias, line: &mut PrintedRule) {
    line.part("alias");
    line.part(alias.from.as_bytes());
    line.arrow(&alias.to);
}
