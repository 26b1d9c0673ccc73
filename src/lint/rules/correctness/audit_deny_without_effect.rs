#![doc = include_str!("audit_deny_without_effect.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::semantics::Semantics;

use super::shared::report_idle_denies;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0204",
    name: "audit-deny-without-effect",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0204", "audit_deny_without_effect"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    report_idle_denies(
        semantics,
        true,
        "rule has no effect: everything it denies is denied and logged without it",
        reporter,
    );
}
