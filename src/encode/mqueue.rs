//! `mqueue` rules: `CLASS name`, and the same with NUL and a label after it. System V queues are named by a number.

use super::contribution::{Contribution, Origin, Reports};
use super::expression::Expression;
use super::support::Support;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{MqueueKind, MqueueRule};
use crate::vocab::{MqueuePermissions, classes, mqueue as bits};

/// Permissions that count while a queue has no label yet.
const AT_CREATION: u32 = bits::CREATE | bits::READ | bits::WRITE;

/// Folds permissions into the bits of the automaton.
fn fold(permissions: u32) -> u32 {
    (permissions & 0x7f) | (permissions & 0x300) << 6
}

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &MqueueRule,
    origin: Origin,
    support: &Support,
    reports: &mut Reports,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    let (posix, sysv) = kinds(rule, support);
    if !posix && !sysv {
        let kind = match rule.kind {
            None => "message queues",
            Some(MqueueKind::Posix) => "POSIX message queues",
            Some(MqueueKind::Sysv) => "System V message queues",
        };
        reports.not_enforced(origin.span, kind);
        return Some(());
    }
    let label = reports.condition(rule.label.as_ref(), Expression::any_label)?;
    let mut queue = |class: u8, name: Expression| {
        let queue = Expression::literal([class]).then(name);
        let word = fold(rule.permissions.bits());
        if rule.label.is_none() {
            out.push(origin.grant(queue.clone(), word));
        }
        if rule.permissions.contains(MqueuePermissions::CREATE) {
            out.push(origin.grant(queue.clone(), word & AT_CREATION));
        }
        out.push(origin.grant(Expression::concat([queue, Expression::nul(), label.clone()]), word));
    };
    if posix {
        queue(classes::POSIX_MQUEUE, reports.condition(rule.name.as_ref(), Expression::any_field)?);
    }
    if sysv {
        let key = match &rule.name {
            None => Expression::any_bytes(4),
            Some(name) => {
                let digits = std::str::from_utf8(&name.value).unwrap_or_default();
                let Ok(key) = digits.parse::<u32>() else {
                    let message = format!("`{}` is not the key of a System V message queue", name.value);
                    let help = "write a decimal number up to 4294967295";
                    reports.push(Diagnostic::new(Code::MqName, message, name.span).with_help(help));
                    return None;
                };
                Expression::literal(key.to_be_bytes())
            }
        };
        queue(classes::SYSV_MQUEUE, key);
    }
    Some(())
}

/// Whether a rule makes rules for POSIX and for System V queues.
pub(super) fn kinds(rule: &MqueueRule, support: &Support) -> (bool, bool) {
    // A rule for both kinds makes both where the target has either: what it does not have does no harm.
    let either = support.posix_mqueue || support.sysv_mqueue;
    match rule.kind {
        None => (either, either),
        Some(MqueueKind::Posix) => (support.posix_mqueue, false),
        Some(MqueueKind::Sysv) => (false, support.sysv_mqueue),
    }
}
