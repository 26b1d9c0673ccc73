#![doc = include_str!("duplicate_include.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::{Include, ItemKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0227",
    name: "duplicate-include",
    fixes: Fixes::Safe,
    page: page!("AA0227", "duplicate_include"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let path = |kind: &ItemKind| match kind {
        ItemKind::Include(Include { path, .. }) => Some(path.clone()),
        _ => None,
    };
    let Some(mine) = path(&view.item.kind.value) else { return };
    if let Some((first, before)) =
        view.before().iter().enumerate().find(|(_, before)| path(&before.kind.value).as_ref() == Some(&mine))
    {
        let finding = reporter.finding(view.span(), format!("`{}` is already included above", mine.path.value));
        let finding = finding.and_label(before.kind.span, "the same include");
        let edits = view.merge(first).into_iter().flatten();
        reporter.push(finding.with_safe_fix("delete the include", edits));
    }
}
