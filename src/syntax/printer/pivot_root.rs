//! `pivot_root oldroot=/old /new -> profile,`

use super::condition::conditions;
use super::line::PrintedRule;
use crate::syntax::ast::PivotRootRule;

pub(super) fn print(rule: &PivotRootRule, line: &mut PrintedRule) {
    line.part("pivot_root");
    conditions(&rule.conditions, line);
    if let Some(new_root) = &rule.new_root {
        line.breakable(new_root.as_bytes());
    }
    if let Some(target) = &rule.target {
        line.arrow(target);
    }
}
