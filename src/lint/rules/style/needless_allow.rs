#![doc = include_str!("needless_allow.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::source::Span;
use crate::syntax::ast::RuleMode;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0407",
    name: "needless-allow",
    severity: Severity::Note,
    default: false,
    page: page!("AA0407", "needless_allow"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rule) = view.rule() else { return };
    if rule.prefix.value.mode == Some(RuleMode::Allow) {
        let start: Span = rule.prefix.span;
        reporter.report(start, "needless keyword `allow`");
    }
}
