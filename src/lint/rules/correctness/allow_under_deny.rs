#![doc = include_str!("allow_under_deny.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::rule::Rule;
use crate::lint::semantics::Semantics;
use crate::policy::RuleMode;
use crate::vocab::file as bits;

use super::shared::{candidates, effective_permissions};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0203",
    name: "allow-under-deny",
    page: page!("AA0203", "allow_under_deny"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (_, span, grants) in candidates(semantics) {
        let mut by = None;
        let all = grants.iter().all(|&at| {
            let Some(grant) = semantics.grant(at) else { return false };
            if grant.mode == RuleMode::Deny || grant.permissions & (bits::LINK | bits::LINK << bits::OTHER) != 0 {
                return false;
            }
            let denies = |_: usize, deny: &crate::encode::Grant<'_>| {
                deny.mode == RuleMode::Deny
                    && deny.span.source == span.source
                    && deny.priority >= grant.priority
                    && effective_permissions(grant) & !effective_permissions(deny) == 0
            };
            let found = semantics.covering(at, denies).first().and_then(|&at| semantics.grant(at));
            by = by.or(found.map(|grant| grant.span));
            found.is_some()
        });
        if let Some(deny) = by.filter(|_| all) {
            let finding = reporter.finding(span, "rule has no effect: everything that it allows is denied");
            reporter.push(finding.and_label(deny, "denied by this rule"));
        }
    }
}
