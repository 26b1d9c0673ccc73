#![doc = include_str!("ipc_any.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast;

use super::shared::allowed_kind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0130",
    name: "ipc-any",
    severity: Severity::Note,
    page: page!("AA0130", "ipc_any"),
    check: Check::Item(check),
    ..Rule::BASE
};

/// Whether neither permissions nor conditions narrow a rule.
fn bare<P, C>(permissions: &Option<P>, conditions: &[C]) -> bool {
    permissions.is_none() && conditions.is_empty()
}

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let what = match allowed_kind(view) {
        Some(ast::RuleKind::Dbus(rule)) if bare(&rule.permissions, &rule.conditions) && rule.peer.is_none() => {
            "message on every bus"
        }
        Some(ast::RuleKind::Unix(rule)) if bare(&rule.permissions, &rule.conditions) && rule.peer.is_none() => {
            "unix socket"
        }
        Some(ast::RuleKind::Signal(rule)) if bare(&rule.permissions, &rule.conditions) => "signal",
        _ => return,
    };
    reporter.report(view.span(), format!("every {what} is allowed"));
}
