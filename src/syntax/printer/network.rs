//! `network` rules.

use super::condition::{conditions, last_group, permissions};
use super::line::Line;
use crate::syntax::ast::NetworkRule;

pub(super) fn print(rule: &NetworkRule, line: &mut Line) {
    line.part("network");
    permissions(rule.permissions.as_ref(), line);
    for word in &rule.sockets {
        line.part(word.as_bytes());
    }
    conditions(&rule.conditions, line);
    last_group(rule.peer.as_ref(), line);
}
