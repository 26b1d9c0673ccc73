//! `io_uring` rules: the class byte alone for polling, with a label after it for credentials.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::presence;
use super::support::Support;
use crate::policy::IoUringRule;
use crate::vocab::{IoUringPermissions, classes};

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &IoUringRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.io_uring {
        reports.not_enforced(origin.span, "io_uring");
        return Some(());
    }
    let class = Expression::literal([classes::IO_URING]);
    out.push(origin.grant(class.clone(), rule.permissions.bits()));
    // At the rule's own priority, so that a deny does not take the class away.
    out.push(ContributionOrigin::allow(origin.priority, origin.span).grant(class.clone(), presence::MEDIATED));
    // Only credentials have a label, but it must be one in any case.
    let label = reports.condition(rule.label.as_ref(), Expression::any_field)?;
    if rule.permissions.contains(IoUringPermissions::OVERRIDE_CREDS) {
        out.push(origin.grant(class.then(label), rule.permissions.bits()));
    }
    Some(())
}
