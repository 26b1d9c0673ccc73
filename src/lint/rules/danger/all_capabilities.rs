#![doc = include_str!("all_capabilities.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0113",
    name: "all-capabilities",
    page: page!("AA0113", "all_capabilities"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, mask) in view.capabilities() {
        if mask == u64::MAX
            && !view.profile.rules.iter().any(|other| other.span == rule.span && other.kind != rule.kind)
        {
            reporter.report(rule.span, "the rule allows every capability");
        }
    }
}
