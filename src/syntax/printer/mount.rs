//! `mount`, `remount` and `umount` rules.

use super::condition::conditions;
use super::line::PrintedRule;
use crate::syntax::ast::MountRule;
use crate::vocab::MountOperation;

pub(super) fn print(rule: &MountRule, line: &mut PrintedRule) {
    line.part(rule.operation.name());
    conditions(&rule.conditions, line);
    if let Some(source) = &rule.source {
        line.breakable(source.as_bytes());
    }
    let arrow = rule.operation == MountOperation::Mount && rule.point.is_some();
    if arrow {
        line.breakable("->");
    }
    for condition in &rule.point_conditions {
        line.part(super::condition::condition(condition, b", "));
    }
    if let Some(point) = &rule.point {
        if arrow {
            line.part(point.as_bytes());
        } else {
            line.breakable(point.as_bytes());
        }
    }
}
