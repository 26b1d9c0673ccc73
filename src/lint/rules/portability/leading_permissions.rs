#![doc = include_str!("leading_permissions.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::{FileBody, RuleKind};

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
    // Behind the keyword `file` it is the order of all other classes.
    if let FileBody::Access { leading: true, subset: false, path, permissions, target: None } = &file.body
        && file.safety.is_none()
        && !file.keyword
    {
        let both = Span::new(path.span.source, permissions.span.start, path.span.end);
        let text = [path.value.as_bytes(), b" ", permissions.as_bytes()].concat();
        let finding = reporter.finding(permissions.span, "permissions stand before the path");
        reporter.push(finding.with_fix(Fix::safe("write the path first", both, text)));
    }
}
