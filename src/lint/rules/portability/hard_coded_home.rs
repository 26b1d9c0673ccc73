#![doc = include_str!("hard_coded_home.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0314",
    name: "hard-coded-home",
    severity: Severity::Note,
    aliases: &["tunables"],
    page: page!("AA0314", "hard_coded_home"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    if path.text.starts_with(b"/home/*/") {
        reporter.report(path.part(0, 8), "hard-coded path of home directories");
    }
}
