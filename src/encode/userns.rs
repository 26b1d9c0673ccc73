//! `userns` rules: the class byte alone carries the permission.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::presence;
use super::support::Support;
use crate::vocab::classes;

/// The permission to create a user namespace.
const CREATE: u32 = 0x8;

/// Adds what a rule contributes.
pub(super) fn encode(
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) {
    if !support.userns {
        return reports.not_enforced(origin.span, "user namespaces");
    }
    let class = Expression::literal([classes::NAMESPACE]);
    out.push(origin.grant(class.clone(), CREATE));
    // At the rule's own priority, so that a deny does not take the class away.
    out.push(ContributionOrigin::allow(origin.priority, origin.span).grant(class, presence::MEDIATED));
}
