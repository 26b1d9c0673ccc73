#![doc = include_str!("pound_include.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
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
        let sign = Span { end: view.span().start.saturating_add(1), ..view.span() };
        let finding = reporter.finding(view.span(), "`#include` is an include, although it looks like a comment");
        let finding = finding.with_help("write `include`");
        // Blanks may stand behind the sign.
        let plain = view.file.text(view.span()).starts_with(b"#include");
        reporter.push(if plain { finding.with_fix(Fix::safe("write `include`", sign, "")) } else { finding });
    }
}
