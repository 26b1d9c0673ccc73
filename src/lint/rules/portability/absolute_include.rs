#![doc = include_str!("absolute_include.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::{ItemKind, PathForm};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0315",
    name: "absolute-include",
    page: page!("AA0315", "absolute_include"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let ItemKind::Include(include) = &view.item.kind.value
        && include.path.form == PathForm::Plain
        && include.path.text().starts_with('/')
    {
        reporter.report(include.path.path.span, "absolute path of an include, which other trees do not have");
    }
}
