#![doc = include_str!("pound_include.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0304",
    name: "pound-include",
    fixes: Fixes::Safe,
    page: page!("AA0304", "pound_include"),
    instead_of: &[Code::PoundInclude],
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Include(include) = &view.item.kind.value else { return };
    if include.pound {
        let finding = reporter.finding(view.span(), "`#include` is an include rule, not a comment");
        let finding = finding.with_help("write `include`");
        let edit = view.rewrite(|kind| {
            if let ItemKind::Include(include) = kind {
                include.pound = false;
            }
        });
        reporter.push(finding.with_safe_fix("write `include`", edit));
    }
}
