#![doc = include_str!("unknown_suppression.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::finding::Finding;
use crate::lint::rule::Rule;
use crate::lint::suppress::Suppression;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0002",
    name: "unknown-suppression",
    page: page!("AA0002", "unknown_suppression"),
    check: Check::Meta,
    ..Rule::BASE
};

pub(super) fn check(suppression: &Suppression, findings: &mut Vec<Finding>) {
    let mut reporter = Reporter { rule: &RULE, findings };
    for word in suppression.words.iter().filter(|word| word.rules.is_none()) {
        reporter.report(suppression.span, format!("unknown lint rule `{}`", word.text));
    }
    if suppression.words.is_empty() {
        reporter.report(suppression.span, "suppression without a lint rule");
    }
}
