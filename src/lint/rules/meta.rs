//! AA00: how the linter itself is used.

use crate::diagnostic::Severity;
use crate::lint::check::Reporter;
use crate::lint::finding::{Finding, Fix};
use crate::lint::rule::{Fixes, Rule};
use crate::lint::suppress::Suppression;

pub(super) static UNUSED: Rule = Rule {
    code: "AA0001",
    name: "unused-suppression",
    fixes: Fixes::Safe,
    summary: "a comment allows a finding that there is not",
    why: "The rule that was allowed has been mended or moved, and the comment would keep the next mistake quiet.",
    bad: "profile p /usr/bin/p {\n  # armorer: allow(AA0101) the helper confines itself\n  /usr/bin/helper rix,\n}\n",
    good: "profile p /usr/bin/p {\n  # armorer: allow(AA0101) the helper confines itself\n  /usr/bin/helper Ux,\n}\n",
    remedy: "Delete the comment, or the codes in it that are of no use. Rules that are off in a run are not judged.",
    ..Rule::BASE
};

pub(super) static UNKNOWN: Rule = Rule {
    code: "AA0002",
    name: "unknown-suppression",
    summary: "a comment allows a rule that there is not",
    why: "A misspelt code allows nothing.",
    bad: "profile p /usr/bin/p {\n  # armorer: allow(AA9999) the helper confines itself\n  /usr/bin/helper Ux,\n}\n",
    good: "profile p /usr/bin/p {\n  # armorer: allow(AA0101) the helper confines itself\n  /usr/bin/helper Ux,\n}\n",
    remedy: "Write a code or name of `armorer lint --list`. Words of other linters are taken as theirs in their dialects.",
    ..Rule::BASE
};

pub(super) static NO_REASON: Rule = Rule {
    code: "AA0003",
    name: "suppression-without-reason",
    severity: Severity::Note,
    summary: "a comment allows a finding without saying why",
    why: "Whoever reads the profile next cannot tell whether the reason still holds.",
    bad: "profile p /usr/bin/p {\n  # armorer: allow(AA0101)\n  /usr/bin/helper Ux,\n}\n",
    good: "profile p /usr/bin/p {\n  # armorer: allow(AA0101) the helper confines itself\n  /usr/bin/helper Ux,\n}\n",
    remedy: "Write the reason behind the parenthesis.",
    ..Rule::BASE
};

/// What is to be said about the suppressions of a file once all findings have met them.
pub(in crate::lint) fn judge(list: &[Suppression], runs: impl Fn(&Rule) -> bool, findings: &mut Vec<Finding>) {
    for suppression in list {
        let span = suppression.span;
        let judged = |word: &&crate::lint::suppress::Word| {
            // Of a family, those that are off by default need not run.
            let runs_all = |rules: &Vec<&'static Rule>| {
                rules.iter().any(|rule| runs(rule)) && rules.iter().all(|rule| runs(rule) || !rule.default)
            };
            !word.used && word.rules.as_ref().is_some_and(runs_all)
        };
        let unused: Vec<&str> = suppression.words.iter().filter(judged).map(|word| &*word.text).collect();
        if !unused.is_empty() && !suppression.foreign {
            let mut reporter = Reporter { rule: &UNUSED, findings };
            let mut finding = reporter.finding(span, format!("`{}` keeps nothing quiet here", unused.join("`, `")));
            if unused.len() == suppression.words.len() {
                finding = finding.with_fix(Fix::safe("delete the comment", span, ""));
            }
            reporter.push(finding);
        }
        if suppression.foreign {
            continue;
        }
        for word in suppression.words.iter().filter(|word| word.rules.is_none()) {
            Reporter { rule: &UNKNOWN, findings }.report(span, format!("no lint rule is named `{}`", word.text));
        }
        if suppression.words.is_empty() {
            Reporter { rule: &UNKNOWN, findings }.report(span, "no lint rule is named in the list");
        }
        if !suppression.has_reason {
            Reporter { rule: &NO_REASON, findings }.report(span, "the comment does not say why");
        }
    }
}
