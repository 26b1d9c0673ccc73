#![doc = include_str!("unconfined_fallback.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;

use super::shared::{exec_letters, path_text};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0103",
    name: "unconfined-fallback",
    severity: Severity::Note,
    page: page!("AA0103", "unconfined_fallback"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some((b"PUx" | b"Pux" | b"CUx" | b"Cux", span)) = exec_letters(view) {
        reporter.report(span, format!("`{}` runs unconfined where its profile is not loaded", path_text(view)));
    }
}
