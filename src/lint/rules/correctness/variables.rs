//! Variables of a profile file.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::Dependency;
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static UNUSED: Rule = Rule {
    code: "AA0228",
    name: "unused-variable",
    confidence: Confidence::Medium,
    summary: "a variable is declared and never used",
    why: "It is left over, or misspelt where it should be used.",
    bad: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  /srv/p/** r,\n}\n",
    good: "@{data} = /srv/p\n\nprofile p /usr/bin/p {\n  @{data}/** r,\n}\n",
    remedy: "Delete it, or use it. Variables of included files are not judged.",
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
    let text = source.text();
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let start = at;
        at += line.len();
        let Some(rest) = line.trim_ascii_start().strip_prefix(b"@{") else { continue };
        let Some(len) = rest.iter().position(|&byte| byte == b'}') else { continue };
        let (Some(name), Some(behind)) = (rest.get(..len), rest.get(len + 1..)) else { continue };
        let behind = behind.trim_ascii_start();
        if !behind.starts_with(b"=") || behind.starts_with(b"==") {
            continue;
        }
        let reference = [b"@{", name, b"}"].concat();
        let mut uses =
            memchr::memmem::find_iter(text, &reference).filter(|use_at| !is_assigned(text, *use_at, reference.len()));
        let elsewhere = || {
            view.policy.dependencies.iter().any(|dependency| match dependency {
                Dependency::File { source, .. } => {
                    memchr::memmem::find(view.sources.get(*source).text(), &reference).is_some()
                }
                _ => false,
            })
        };
        if uses.next().is_none() && !elsewhere() {
            let offset = start + line.len() - line.trim_ascii_start().len();
            let begin = u32::try_from(offset).unwrap_or(u32::MAX);
            let end = begin.saturating_add(u32::try_from(reference.len()).unwrap_or(0));
            let span = crate::source::Span::new(view.input, begin, end);
            reporter.report(span, format!("`{}` is never used", String::from_utf8_lossy(&reference)));
        }
    }
}

/// Whether a reference is what an assignment begins with.
fn is_assigned(text: &[u8], at: usize, len: usize) -> bool {
    let line_start =
        text.get(..at).and_then(|before| before.iter().rposition(|&byte| byte == b'\n')).map_or(0, |nl| nl + 1);
    let first = text.get(line_start..at).is_some_and(|before| before.iter().all(u8::is_ascii_whitespace));
    let behind = text.get(at + len..).unwrap_or_default().trim_ascii_start();
    first && [&b"="[..], b"+=", b":=", b"?="].iter().any(|op| behind.starts_with(op))
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
