#![doc = include_str!("hat_with_caret.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::{ItemKind, ProfileKeyword};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0411",
    name: "hat-with-caret",
    severity: Severity::Note,
    default: false,
    fixes: Fixes::Safe,
    page: page!("AA0411", "hat_with_caret"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    let start = Span { end: view.span().start.saturating_add(1), ..view.span() };
    if profile.keyword == ProfileKeyword::Caret && view.file.text(start) == b"^" && start.end == profile.name.span.start
    {
        let finding = reporter.finding(profile.name.span, "hat written with `^` instead of the keyword `hat`");
        let edit = view.rewrite(|kind| {
            if let ItemKind::Profile(profile) = kind {
                profile.keyword = ProfileKeyword::Hat;
            }
        });
        reporter.push(finding.with_safe_fix("write `hat`", edit));
    }
}
