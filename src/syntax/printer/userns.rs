//! `userns create,`

use super::line::Line;
use crate::syntax::ast::UsernsRule;

pub(super) fn print(rule: &UsernsRule, line: &mut Line) {
    line.part("userns");
    if rule.create {
        line.part("create");
    }
}
