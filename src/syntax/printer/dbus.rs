//! `dbus` rules.

use super::condition::{condition, last_group, permissions};
use super::line::PrintedRule;
use crate::syntax::ast::{DbusCondition, DbusRule};

/// A message rule has more than fits a line well; tidy profiles give each of the later conditions its own.
const WIDE: usize = 80;

pub(super) fn print(rule: &DbusRule, line: &mut PrintedRule) {
    line.one_part_a_line(WIDE);
    line.part("dbus");
    permissions(rule.permissions.as_ref(), line);
    for written in &rule.conditions {
        let text = condition(written, b", ");
        match written.value.value {
            DbusCondition::Bus(_) | DbusCondition::Path(_) => line.part(text),
            _ => line.breakable(text),
        }
    }
    last_group(rule.peer.as_ref(), line);
}
