//! `network` rules.

use super::condition::{conditions, last_group, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::NetworkRule;

pub(super) fn print(rule: &NetworkRule, line: &mut PrintedRule) {
    line.part("network");
    permissions(rule.permissions.as_ref(), line);
    if let Some(family) = &rule.family {
        line.part(family.as_bytes());
    }
    if let Some(socket) = &rule.socket {
        line.part(socket.as_bytes());
    }
    conditions(&rule.conditions, line);
    last_group(rule.peer.as_ref(), line);
}
