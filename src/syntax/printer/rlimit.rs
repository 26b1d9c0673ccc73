//! `set rlimit nofile <= 1024,`

use super::line::PrintedRule;
use crate::syntax::ast::Rlimit;

pub(super) fn print(rlimit: &Rlimit, line: &mut PrintedRule) {
    line.part("set rlimit");
    line.part(rlimit.resource.as_bytes());
    line.part("<=");
    match &rlimit.unit {
        // `infinity` and a unit would be one word.
        Some(unit) if rlimit.value.as_bytes().last().is_some_and(u8::is_ascii_digit) => {
            line.part([rlimit.value.as_bytes(), unit.as_bytes()].concat());
        }
        Some(unit) => {
            line.part(rlimit.value.as_bytes());
            line.part(unit.as_bytes());
        }
        None => line.part(rlimit.value.as_bytes()),
    }
}
