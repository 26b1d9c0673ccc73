//! `mqueue` rules: `CLASS name`, and the same with NUL and a label after it. System V queues are named by a number.

use rustc_hash::FxHashSet;

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::support::Support;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{MqueueKind, MqueueRule, Prefix, Rule, RuleKind};
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
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
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
    for queue in queues(rule, (posix, sysv), reports)? {
        let word = fold(rule.permissions.bits());
        if rule.label.is_none() {
            out.push(origin.grant(queue.clone(), word));
        }
        if rule.permissions.contains(MqueuePermissions::CREATE) {
            out.push(origin.grant(queue.clone(), word & AT_CREATION));
        }
        out.push(origin.grant(Expression::concat([queue, Expression::nul(), label.clone()]), word));
    }
    Some(())
}

/// Adds the permissions at creation that rules have because another one, which says the same but for permissions, permits creation.
pub(super) fn encode_creation(
    rules: &[Rule],
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) {
    let of_label = |rule: &'_ Rule| match &rule.kind {
        RuleKind::Mqueue(kind) if kind.label.is_some() => {
            let same = MqueueRule { permissions: MqueuePermissions::default(), ..kind.clone() };
            Some(((rule.prefix, same), kind.permissions))
        }
        _ => None,
    };
    let creates = |permissions: MqueuePermissions| permissions.contains(MqueuePermissions::CREATE);
    let creators: FxHashSet<(Prefix, MqueueRule)> = rules
        .iter()
        .filter_map(of_label)
        .filter(|(_, permissions)| creates(*permissions))
        .map(|(same, _)| same)
        .collect();
    if creators.is_empty() {
        return;
    }
    for rule in rules {
        if let Some((same, permissions)) = of_label(rule)
            && !creates(permissions)
            && creators.contains(&same)
            && let Some(queues) = queues(&same.1, kinds(&same.1, support), reports)
        {
            let word = fold(permissions.bits()) & AT_CREATION;
            out.extend(queues.into_iter().map(|queue| ContributionOrigin::of(rule).grant(queue, word)));
        }
    }
}

/// The queues that a rule is about: POSIX ones by name, System V ones by key. `None` where a pattern is bad.
fn queues(
    rule: &MqueueRule,
    (posix, sysv): (bool, bool),
    reports: &mut DiagnosticCollector,
) -> Option<Vec<Expression>> {
    let mut queues = Vec::new();
    let queue = |class: u8, name: Expression| Expression::literal([class]).then(name);
    if posix {
        let name = reports.condition(rule.name.as_ref(), Expression::any_field)?;
        queues.push(queue(classes::POSIX_MQUEUE, name));
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
        queues.push(queue(classes::SYSV_MQUEUE, key));
    }
    Some(queues)
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
