//! `userns create,`

use super::line::PrintedRule;
use crate::syntax::ast::UsernsRule;

pub(super) fn print(rule: &UsernsRule, line: &mut PrintedRule) {
    line.part("userns");
    if rule.create {
        line.part("create");
    }
}
