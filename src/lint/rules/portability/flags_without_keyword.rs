#![doc = include_str!("flags_without_keyword.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0306",
    name: "flags-without-keyword",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    page: page!("AA0306", "flags_without_keyword"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    let Some(flags) = &profile.flags else { return };
    let text = view.file.text(flags.span);
    if text.first() == Some(&b'(') {
        let before = view.file.source.text().get(..flags.span.start as usize).unwrap_or_default().trim_ascii_end();
        if !before.ends_with(b"=") {
            let finding = reporter.finding(flags.span, "missing keyword `flags=`");
            // The tree does not tell, and the canonical spelling has it.
            reporter.push(finding.with_safe_fix("write `flags=`", view.rewrite(|_| {})));
        }
    }
}
