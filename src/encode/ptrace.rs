//! `ptrace` rules: `LABEL-CLASS CLASS label`. The same without the label class marks ptrace as mediated.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::support::Support;
use crate::policy::PtraceRule;
use crate::vocab::classes;

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &PtraceRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.ptrace {
        reports.not_enforced(origin.span, "ptrace");
        return Some(());
    }
    let label = reports.condition(rule.peer.as_ref(), Expression::any_label)?;
    let head = Expression::literal([classes::LABEL]).optional().then(Expression::literal([classes::PTRACE]));
    out.push(origin.grant(head.then(label), rule.permissions.bits()));
    Some(())
}
