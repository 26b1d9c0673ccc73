//! `ptrace` rules.

use super::condition::{conditions, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::PtraceRule;

pub(super) fn print(rule: &PtraceRule, line: &mut PrintedRule) {
    line.part("ptrace");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
}
