//! `change_profile unsafe /bin/x -> other,`

use super::line::PrintedRule;
use super::prefix::safety;
use crate::syntax::ast::ChangeProfileRule;

pub(super) fn print(rule: &ChangeProfileRule, line: &mut PrintedRule) {
    line.part("change_profile");
    if let Some(written) = rule.safety {
        line.part(safety(written));
    }
    if let Some(exec) = &rule.exec {
        line.part(exec.as_bytes());
    }
    if let Some(target) = &rule.target {
        line.arrow(target);
    }
}
