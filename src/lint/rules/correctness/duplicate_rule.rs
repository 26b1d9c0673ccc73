#![doc = include_str!("duplicate_rule.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0202",
    name: "duplicate-rule",
    fixes: Fixes::Safe,
    page: page!("AA0202", "duplicate_rule"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if !matches!(view.item.kind.value, ItemKind::Rule(_) | ItemKind::Rlimit(_)) {
        return;
    }
    if let Some((first, before)) =
        view.before().iter().enumerate().find(|(_, before)| before.kind.value == view.item.kind.value)
    {
        let finding = reporter.finding(view.span(), "duplicate rule");
        let finding = finding.and_label(before.kind.span, "the same rule");
        let edits = view.merge(first).into_iter().flatten();
        reporter.push(finding.with_safe_fix("delete the rule", edits));
    }
}
