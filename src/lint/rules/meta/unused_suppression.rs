#![doc = include_str!("unused_suppression.md")]

use crate::edit;
use crate::lint::check::{Check, Reporter};
use crate::lint::finding::Finding;
use crate::lint::rule::{Fixes, Rule};
use crate::lint::suppress::{SuppressedWord, Suppression};
use crate::source::SourceMap;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0001",
    name: "unused-suppression",
    fixes: Fixes::Safe,
    page: page!("AA0001", "unused_suppression"),
    check: Check::Meta,
    ..Rule::BASE
};

pub(super) fn check(
    suppression: &Suppression,
    sources: &SourceMap,
    runs: impl Fn(&Rule) -> bool,
    findings: &mut Vec<Finding>,
) {
    let judged = |word: &&SuppressedWord| {
        // Of a family, those that are off by default need not run.
        let runs_all = |rules: &Vec<&'static Rule>| {
            rules.iter().any(|rule| runs(rule)) && rules.iter().all(|rule| runs(rule) || !rule.default)
        };
        !word.used && word.rules.as_ref().is_some_and(runs_all)
    };
    let unused: Vec<&str> = suppression.words.iter().filter(judged).map(|word| &*word.text).collect();
    if !unused.is_empty() {
        let mut reporter = Reporter { rule: &RULE, findings };
        let mut finding =
            reporter.finding(suppression.span, format!("suppression of `{}` matches no finding", unused.join("`, `")));
        if unused.len() == suppression.words.len() {
            let source = sources.get(suppression.span.source);
            let edit = edit::comment_removal(source.text(), suppression.span);
            finding = finding.with_safe_fix("delete the comment", [edit]);
        }
        reporter.push(finding);
    }
}
