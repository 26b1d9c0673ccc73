#![doc = include_str!("unknown_peer.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{NamingRule, SetView};

use super::shared::report_unknown_names;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0211",
    name: "unknown-peer",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0211", "unknown_peer"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    report_unknown_names(set, |by| by == NamingRule::Peer, "profile with the label", reporter);
}
