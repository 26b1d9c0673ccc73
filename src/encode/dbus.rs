//! `dbus` rules: `CLASS bus`, and then, NUL between them, name, label, path, interface and member, as far as the permission goes.

use super::contribution::{Contribution, ContributionOrigin, DiagnosticCollector};
use super::expression::Expression;
use super::support::Support;
use crate::policy::{DbusRule, Glob};
use crate::vocab::{classes, dbus as bits};

/// Adds what a rule contributes; `None` where a pattern is bad.
pub(super) fn encode(
    rule: &DbusRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
    out: &mut Vec<Contribution>,
) -> Option<()> {
    if !support.dbus {
        reports.not_enforced(origin.span, "D-Bus");
        return Some(());
    }
    let mut field = |glob: &Option<Glob>| reports.condition(glob.as_ref(), Expression::any_field);
    let bus = Expression::literal([classes::DBUS]).then(field(&rule.bus)?);
    let named = Expression::concat([bus.clone(), Expression::nul(), field(&rule.name)?]);
    let mut message = named.clone();
    for glob in [&rule.label, &rule.path, &rule.interface, &rule.member] {
        message = Expression::concat([message, Expression::nul(), field(glob)?]);
    }
    let groups = [(named, bits::BIND), (message, bits::SEND | bits::RECEIVE), (bus, bits::EAVESDROP)];
    let groups = groups.into_iter().map(|(expression, group)| (expression, rule.permissions.bits() & group));
    out.extend(groups.filter(|(_, word)| *word != 0).map(|(expression, word)| origin.grant(expression, word)));
    Some(())
}
