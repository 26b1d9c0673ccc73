#![doc = include_str!("allow_all.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast;

use super::shared::allowed_kind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0117",
    name: "allow-all",
    page: page!("AA0117", "allow_all"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::All(_)) = allowed_kind(view) {
        reporter.report(view.span(), "the rule allows everything");
    }
}
