#![doc = include_str!("broad_read.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProbedAccess, ProfileView, Reporter};
use crate::lint::rule::Rule;

use super::shared::report_broad;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0107",
    name: "broad-read",
    severity: Severity::Note,
    aliases: &["too-wide"],
    page: page!("AA0107", "broad_read"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_broad(view, ProbedAccess::Read, reporter);
}
