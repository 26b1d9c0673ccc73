#![doc = include_str!("suppression_without_reason.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::finding::Finding;
use crate::lint::rule::Rule;
use crate::lint::suppress::Suppression;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0003",
    name: "suppression-without-reason",
    severity: Severity::Note,
    page: page!("AA0003", "suppression_without_reason"),
    check: Check::Meta,
    ..Rule::BASE
};

pub(super) fn check(suppression: &Suppression, findings: &mut Vec<Finding>) {
    if !suppression.has_reason {
        Reporter { rule: &RULE, findings }.report(suppression.span, "suppression without a reason");
    }
}
