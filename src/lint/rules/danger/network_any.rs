#![doc = include_str!("network_any.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast;

use super::shared::allowed_kind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0129",
    name: "network-any",
    severity: Severity::Note,
    page: page!("AA0129", "network_any"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::Network(rule)) = allowed_kind(view)
        && rule.family.is_none()
        && rule.socket.is_none()
        && rule.conditions.is_empty()
        && rule.peer.is_none()
    {
        reporter.report(view.span(), "the rule allows sockets of every family");
    }
}
