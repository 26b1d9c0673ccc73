#![doc = include_str!("double_slash.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, PathView, Reporter};
use crate::lint::rule::{Fixes, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0404",
    name: "double-slash",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    page: page!("AA0404", "double_slash"),
    check: Check::Path(check),
    ..Rule::BASE
};

fn check(path: &PathView<'_>, reporter: &mut Reporter<'_>) {
    let inner = path.text.get(1..).unwrap_or_default();
    if let Some(at) = memchr::memmem::find(inner, b"//") {
        let place = path.part(at + 1, 2);
        let finding = reporter.finding(place, "double slash in a path");
        reporter.push(finding.with_safe_fix("delete a slash", path.replace(at + 1, 2, "/")));
    }
}
