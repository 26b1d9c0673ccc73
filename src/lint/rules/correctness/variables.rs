//! Variables of a profile file.

use memchr::memmem;

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::Dependency;
use crate::source::{Source, Span};
use crate::syntax::ast::{AssignOp, File, ItemKind};
use crate::syntax::parser::parse;

pub(in crate::lint::rules) static UNUSED: Rule = Rule {
    code: "AA0228",
    name: "unused-variable",
    confidence: Confidence::Medium,
    summary: "a variable is declared and never used",
    why: "It is left over, or misspelt where it should be used.",
    bad: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  /srv/p/** r,\n}\n",
    good: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    remedy: "Delete it, or use it. Variables of included files are not judged; a comment that names a variable is no use of it.",
    check: Check::Profile(unused),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SAME_VALUE: Rule = Rule {
    code: "AA0229",
    name: "repeated-value",
    severity: Severity::Note,
    summary: "a variable has the same value twice",
    why: "One of them is likely to be a slip for something else.",
    bad: "@{data} = /srv/p /srv/p\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    good: "@{data} = /srv/p /srv/q\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    remedy: "Delete or mend it.",
    check: Check::File(same_value),
    ..Rule::BASE
};

fn unused(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    // Once a file is enough: with its first profile.
    if view.policy.profiles.first().is_none_or(|first| first.span != view.profile.span) {
        return;
    }
    let source = view.sources.get(view.input);
    for item in &view.file.items {
        let ItemKind::SetVariable(variable) = &item.kind.value else { continue };
        if !matches!(variable.op.value, AssignOp::Set | AssignOp::Default) {
            continue;
        }
        let reference = [b"@{", variable.name.value.as_bytes(), b"}"].concat();
        let elsewhere = || {
            view.policy.dependencies.iter().any(|dependency| match dependency {
                Dependency::File { source: id, .. } => {
                    let source = view.sources.get(*id);
                    // Few of them name it, and those are read again.
                    memmem::find(source.text(), &reference).is_some()
                        && is_used(&reference, &source, &parse(&source, *id).file)
                }
                _ => false,
            })
        };
        if !is_used(&reference, &source, view.file) && !elsewhere() {
            let span = Span { end: variable.name.span.end.saturating_add(1), ..item.kind.span };
            reporter.report(span, format!("`{}` is never used", String::from_utf8_lossy(&reference)));
        }
    }
}

/// Whether a file refers to a variable other than to set it, or in a comment.
fn is_used(reference: &[u8], source: &Source, file: &File) -> bool {
    let mut places = memmem::find_iter(source.text(), reference).filter_map(|at| u32::try_from(at).ok()).peekable();
    if places.peek().is_none() {
        return false;
    }
    let mut elsewhere: Vec<Span> = file.comments().into_iter().map(|comment| comment.span).collect();
    file.walk(&mut |item| {
        if let ItemKind::SetVariable(variable) = &item.kind.value {
            elsewhere.push(Span { end: variable.name.span.end, ..item.kind.span });
        }
    });
    places.any(|at| !elsewhere.iter().any(|span| span.start <= at && at < span.end))
}

fn same_value(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    for item in &view.file.items {
        let ItemKind::SetVariable(variable) = &item.kind.value else { continue };
        for (at, value) in variable.values.iter().enumerate() {
            if variable.values.iter().take(at).any(|before| before == value) {
                reporter.report(value.span, format!("`{}` is among the values already", value.value));
            }
        }
    }
}
