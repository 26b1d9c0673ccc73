#![doc = include_str!("split_permissions.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::Pattern;
use crate::syntax::ast::{FileBody, FileLetters, ItemKind, Prefix, RuleKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0405",
    name: "split-permissions",
    severity: Severity::Note,
    page: page!("AA0405", "split_permissions"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((prefix, path, permissions)) = plain(&view.item.kind.value) else { return };
    let has_exec = |letters: &FileLetters| letters.execs().next().is_some();
    let same = view.before().iter().find(|before| {
        plain(&before.kind.value).is_some_and(|(other_prefix, other_path, other)| {
            // Rules with exec often stand apart on purpose.
            other_prefix == prefix
                && other_path == path
                && other != permissions
                && !has_exec(other)
                && !has_exec(permissions)
        })
    });
    if let Some(before) = same {
        let finding = reporter.finding(view.span(), "another rule applies to the same path");
        reporter.push(finding.and_label(before.kind.span, "the other rule"));
    }
}

/// Prefix, path and permissions of a file rule without target.
fn plain(kind: &ItemKind) -> Option<(&Prefix, &Pattern, &FileLetters)> {
    match kind {
        ItemKind::Rule(rule) => match &rule.kind {
            RuleKind::File(file) => match &file.body {
                FileBody::Access { path, permissions, target: None, subset: false, .. } => {
                    Some((&rule.prefix.value, path, permissions))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
