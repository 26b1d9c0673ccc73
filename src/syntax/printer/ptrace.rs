//! `ptrace` rules.

use super::condition::{conditions, permissions};
use super::line::Line;
use crate::syntax::ast::PtraceRule;

pub(super) fn print(rule: &PtraceRule, line: &mut Line) {
    line.part("ptrace");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
}
