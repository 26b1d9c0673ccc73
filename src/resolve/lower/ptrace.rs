//! Lowers `ptrace` rules.

use super::Context;
use super::condition::ConditionReader;
use crate::policy::PtraceRule;
use crate::syntax::ast::{self, ConditionValue, PtraceCondition};
use crate::vocab::PermissionSet;

pub(super) fn lower(rule: &ast::PtraceRule, context: &mut Context<'_>) -> Option<PtraceRule> {
    let mut reader = ConditionReader::new("ptrace", context.diagnostics);
    let permissions = reader.permissions(rule.permissions.as_ref()).or_all();
    let mut peer = None;
    for condition in &rule.conditions {
        match &condition.value.value {
            PtraceCondition::Peer(value) => reader.once_glob(condition, value, &mut peer),
            PtraceCondition::Unknown(_) => reader.unknown(condition, PtraceCondition::NAMES),
        }
    }
    reader.finish(PtraceRule { permissions, peer })
}
