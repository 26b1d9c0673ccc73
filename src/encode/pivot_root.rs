//! `pivot_root` rules: `CLASS new root, NUL, old root`, a class of its own with mounts.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::support::Support;
use crate::policy::PivotRootRule;
use crate::vocab::classes;

/// The permission to change the root.
const PIVOT_ROOT: u32 = 0x1;

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &PivotRootRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.mount {
        reports.not_enforced(origin.span, "pivot_root");
        return Some(());
    }
    let class = Expression::literal([classes::MOUNT]);
    let new_root = reports.condition(rule.new_root.as_ref(), Expression::any_field)?;
    let old_root = reports.condition(rule.old_root.as_ref(), Expression::any_field)?;
    let expression = Expression::concat([class, new_root, Expression::nul(), old_root]);
    out.push(origin.grant(expression, PIVOT_ROOT));
    Some(())
}
