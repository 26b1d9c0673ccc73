//! `unix` rules.

use super::condition::{conditions, last_group, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::UnixRule;

pub(super) fn print(rule: &UnixRule, line: &mut PrintedRule) {
    line.part("unix");
    permissions(rule.permissions.as_ref(), line);
    conditions(&rule.conditions, line);
    last_group(rule.peer.as_ref(), line);
}
