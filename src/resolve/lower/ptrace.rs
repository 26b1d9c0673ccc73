//! Lowers `ptrace` rules.

use super::Context;
use super::condition::{Reader, name};
use crate::policy::PtraceRule;
use crate::syntax::ast;
use crate::vocab::ptrace;

pub(super) fn lower(rule: &ast::PtraceRule, context: &mut Context<'_>) -> Option<PtraceRule> {
    let mut reader = Reader::new("ptrace", context.diagnostics);
    let permissions = match reader.permissions(rule.permissions.as_ref(), ptrace::bits, ptrace::ALL) {
        0 => ptrace::ANY,
        written => written,
    };
    let mut peer = None;
    for condition in &rule.conditions {
        match &*name(condition) {
            b"peer" => reader.once(condition, &mut peer),
            _ => reader.unknown(condition, &["peer"]),
        }
    }
    reader.finish(PtraceRule { permissions, peer })
}
