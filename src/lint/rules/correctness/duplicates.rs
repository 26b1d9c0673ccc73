//! Items that are written twice.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::{Include, ItemKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0202",
    name: "duplicate-rule",
    fixes: Fixes::Safe,
    summary: "a rule is written twice in one block",
    why: "The second says nothing; whoever changes one of them believes to have changed the profile.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  /etc/q.conf r,\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  /etc/q.conf r,\n}\n",
    remedy: "Delete one.",
    check: Check::Item(rule),
    ..Rule::BASE
};

pub(in crate::lint::rules) static INCLUDE: Rule = Rule {
    code: "AA0227",
    name: "duplicate-include",
    fixes: Fixes::Safe,
    summary: "a file is included twice in one block",
    why: "Compilers read it once: the second line does nothing.",
    bad: "profile p /usr/bin/p {\n  include <abstractions/base>\n  /etc/p.conf r,\n  include <abstractions/base>\n}\n",
    good: "profile p /usr/bin/p {\n  include <abstractions/base>\n  /etc/p.conf r,\n}\n",
    remedy: "Delete one.",
    check: Check::Item(include),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SPLIT: Rule = Rule {
    code: "AA0405",
    name: "split-permissions",
    severity: Severity::Note,
    summary: "two rules of a block give permissions on the same path",
    why: "Who looks for what is allowed on a path finds one of them.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  /etc/p.conf w,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf rw,\n}\n",
    remedy: "Write one rule.",
    check: Check::Item(split),
    ..Rule::BASE
};

fn rule(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if !matches!(view.item.kind.value, ItemKind::Rule(_) | ItemKind::Rlimit(_)) {
        return;
    }
    if let Some(before) = view.before().iter().find(|before| before.kind.value == view.item.kind.value) {
        let finding = reporter.finding(view.span(), "this rule stands above already");
        let finding = finding.and_label(before.kind.span, "the same rule");
        // A comment behind it would have nothing to belong to.
        let lines = view.file.lines_of(view.span()).filter(|_| view.item.trailing.is_none());
        reporter.push(match lines {
            Some(lines) => finding.with_fix(Fix::safe("delete the rule", lines, "")),
            None => finding,
        });
    }
}

fn include(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let path = |kind: &ItemKind| match kind {
        ItemKind::Include(Include { path, .. }) => Some(path.clone()),
        _ => None,
    };
    let Some(mine) = path(&view.item.kind.value) else { return };
    if let Some(before) = view.before().iter().find(|before| path(&before.kind.value).as_ref() == Some(&mine)) {
        let finding = reporter.finding(view.span(), format!("`{}` is included above already", mine.path.value));
        let finding = finding.and_label(before.kind.span, "the same include");
        let lines = view.file.lines_of(view.span()).filter(|_| view.item.trailing.is_none());
        reporter.push(match lines {
            Some(lines) => finding.with_fix(Fix::safe("delete the include", lines, "")),
            None => finding,
        });
    }
}

fn split(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((prefix, path, permissions)) = plain(&view.item.kind.value) else { return };
    let has_exec = |letters: &[u8]| letters.iter().any(u8::is_ascii_uppercase) || letters.contains(&b'x');
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
        let finding = reporter.finding(view.span(), "another rule is about the same path");
        reporter.push(finding.and_label(before.kind.span, "the other rule"));
    }
}

/// Prefix, path and permissions of a file rule without target.
fn plain(kind: &ItemKind) -> Option<(&crate::syntax::ast::Prefix, &[u8], &[u8])> {
    use crate::syntax::ast::{FileBody, RuleKind};
    match kind {
        ItemKind::Rule(rule) => match &rule.kind {
            RuleKind::File(file) => match &file.body {
                FileBody::Access { path, permissions, target: None, subset: false, .. } => {
                    Some((&rule.prefix.value, path.as_bytes(), permissions.as_bytes()))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
