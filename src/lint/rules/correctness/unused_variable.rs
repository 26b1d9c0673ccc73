#![doc = include_str!("unused_variable.md")]

use memchr::memmem;

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::Dependency;
use crate::source::{Source, Span};
use crate::syntax::ast::{AssignOp, File, ItemKind};
use crate::syntax::parser::parse;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0228",
    name: "unused-variable",
    confidence: Confidence::Medium,
    page: page!("AA0228", "unused_variable"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
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
