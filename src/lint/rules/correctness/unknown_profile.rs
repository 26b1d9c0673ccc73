#![doc = include_str!("unknown_profile.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{NamingRule, SetView};

use super::shared::report_unknown_names;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0210",
    name: "unknown-profile",
    confidence: Confidence::Medium,
    page: page!("AA0210", "unknown_profile"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    report_unknown_names(set, |by| by != NamingRule::Peer, "profile", reporter);
}
