//! `signal` rules: `CLASS signal label`.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::support::Support;
use crate::policy::SignalRule;
use crate::vocab::classes;

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &SignalRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.signal {
        reports.not_enforced(origin.span, "signals");
        return Some(());
    }
    let class = Expression::literal([classes::SIGNAL]);
    let head = if rule.signals.is_empty() {
        // The first form, by label class, is what kernels may ask for one day; none does.
        let by_label = Expression::literal([classes::LABEL, classes::SIGNAL]);
        Expression::alternation([by_label, class.then(Expression::any_byte())])
    } else {
        class.then(Expression::set(rule.signals.iter().map(|signal| signal.number()).collect()))
    };
    let label = reports.condition(rule.peer.as_ref(), Expression::any_label)?;
    out.push(origin.grant(head.then(label), rule.permissions.bits()));
    Some(())
}
