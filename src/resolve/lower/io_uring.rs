//! Lowers `io_uring` rules.

use super::Context;
use super::condition::ConditionReader;
use crate::policy::IoUringRule;
use crate::syntax::ast::{self, ConditionValue, IoUringCondition};
use crate::vocab::PermissionSet;

pub(super) fn lower(rule: &ast::IoUringRule, context: &mut Context<'_>) -> Option<IoUringRule> {
    let mut reader = ConditionReader::new("io_uring", context.diagnostics);
    let permissions = reader.permissions(rule.permissions.as_ref()).or_all();
    let mut label = None;
    // The label may stand in a group as well, and its name does not matter.
    let grouped = rule.group.iter().flat_map(|group| &group.conditions);
    for condition in rule.conditions.iter().chain(grouped) {
        match &condition.value.value {
            IoUringCondition::Label(value) => reader.once_glob(condition, value, &mut label),
            IoUringCondition::Unknown(_) => reader.unknown(condition, IoUringCondition::NAMES),
        }
    }
    reader.not_expanded(label.as_ref(), "label");
    reader.finish(IoUringRule { permissions, label })
}
