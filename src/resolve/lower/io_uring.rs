//! Lowers `io_uring` rules.

use super::Context;
use super::condition::{Reader, name};
use crate::policy::IoUringRule;
use crate::syntax::ast;
use crate::vocab::io_uring;

pub(super) fn lower(rule: &ast::IoUringRule, context: &mut Context<'_>) -> Option<IoUringRule> {
    let mut reader = Reader::new("io_uring", context.diagnostics);
    let permissions = match reader.permissions(rule.permissions.as_ref(), io_uring::bits, io_uring::ALL) {
        0 => io_uring::ANY,
        written => written,
    };
    let mut label = None;
    // The label may stand in a group as well, and its name does not matter.
    let grouped = rule.group.iter().flat_map(|group| &group.conditions);
    for condition in rule.conditions.iter().chain(grouped) {
        match &*name(condition) {
            b"label" => reader.once(condition, &mut label),
            _ => reader.unknown(condition, &["label"]),
        }
    }
    reader.not_expanded(label.as_ref(), "label");
    reader.finish(IoUringRule { permissions, label })
}
