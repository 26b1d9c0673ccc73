//! `mqueue` rules.

use super::condition::{conditions, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::MqueueRule;

pub(super) fn print(rule: &MqueueRule, line: &mut PrintedRule) {
    line.part("mqueue");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
    if let Some(name) = &rule.name {
        line.breakable(name.as_bytes());
    }
}
