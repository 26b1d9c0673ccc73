//! `signal` rules.

use super::condition::{conditions, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::SignalRule;

pub(super) fn print(rule: &SignalRule, line: &mut PrintedRule) {
    line.part("signal");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
}
