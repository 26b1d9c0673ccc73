#![doc = include_str!("leading_permissions.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::{self, FileBody, ItemKind, RuleKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0307",
    name: "leading-permissions",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    page: page!("AA0307", "leading_permissions"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(rule) = view.rule() else { return };
    let RuleKind::File(file) = &rule.kind else { return };
    // After the keyword `file` it is the order of all other classes.
    if let FileBody::Access { leading: true, subset: false, permissions, target: None, .. } = &file.body
        && file.safety.is_none()
        && !file.keyword
    {
        let finding = reporter.finding(permissions.span, "permissions before the path");
        let edit = view.rewrite(|kind| {
            if let ItemKind::Rule(ast::Rule { kind: RuleKind::File(file), .. }) = kind
                && let FileBody::Access { leading, .. } = &mut file.body
            {
                *leading = false;
            }
        });
        reporter.push(finding.with_safe_fix("write the path first", edit));
    }
}
