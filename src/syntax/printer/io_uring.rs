//! `io_uring` rules.

use super::condition::{conditions, last_group, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::IoUringRule;

pub(super) fn print(rule: &IoUringRule, line: &mut PrintedRule) {
    line.part("io_uring");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
    last_group(rule.group.as_ref(), line);
}
