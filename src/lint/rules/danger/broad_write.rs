#![doc = include_str!("broad_write.md")]

use crate::lint::check::{Check, ProbedAccess, ProfileView, Reporter};
use crate::lint::rule::Rule;

use super::shared::report_broad;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0105",
    name: "broad-write",
    aliases: &["too-wide"],
    page: page!("AA0105", "broad_write"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_broad(view, ProbedAccess::Write, reporter);
}
