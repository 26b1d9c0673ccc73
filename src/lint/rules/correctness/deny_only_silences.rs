#![doc = include_str!("deny_only_silences.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::semantics::Semantics;

use super::shared::report_idle_denies;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0205",
    name: "deny-only-silences",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    page: page!("AA0205", "deny_only_silences"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    report_idle_denies(
        semantics,
        false,
        "the rule only disables logging: everything it denies is denied without it",
        reporter,
    );
}
