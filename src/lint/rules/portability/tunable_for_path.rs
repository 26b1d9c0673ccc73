#![doc = include_str!("tunable_for_path.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0316",
    name: "tunable-for-path",
    severity: Severity::Note,
    confidence: Confidence::Low,
    default: false,
    aliases: &["tunables", "suggest-variable"],
    page: page!("AA0316", "tunable_for_path"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    for (root, variable) in [("/proc/", "@{PROC}"), ("/sys/", "@{sys}"), ("/run/", "@{run}")] {
        if path.text.starts_with(root.as_bytes()) {
            reporter.report(path.part(0, root.len() - 1), format!("hard-coded path that `{variable}` stands for"));
        }
    }
}
