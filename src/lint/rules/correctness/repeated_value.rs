#![doc = include_str!("repeated_value.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0229",
    name: "repeated-value",
    severity: Severity::Note,
    page: page!("AA0229", "repeated_value"),
    check: Check::File(check),
    ..Rule::BASE
};

fn check(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    for item in &view.file.items {
        let ItemKind::SetVariable(variable) = &item.kind.value else { continue };
        for (at, value) in variable.values.iter().enumerate() {
            if variable.values.iter().take(at).any(|before| before == value) {
                reporter.report(value.span, format!("duplicate value `{}`", value.value));
            }
        }
    }
}
