#![doc = include_str!("file_name.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, Reporter, Role};
use crate::lint::rule::{Confidence, Rule};
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0410",
    name: "file-name",
    severity: Severity::Note,
    confidence: Confidence::Low,
    default: false,
    aliases: &["profile-name-mismatch"],
    page: page!("AA0410", "file_name"),
    check: Check::File(check),
    ..Rule::BASE
};

fn check(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    let file = view.source.name().rsplit('/').next().unwrap_or_default();
    let profiles: Vec<_> = view
        .file
        .items
        .iter()
        .filter_map(|item| match &item.kind.value {
            ItemKind::Profile(profile) => Some(profile),
            _ => None,
        })
        .collect();
    let Some(first) = profiles.first() else { return };
    // Of a path with dots for slashes, a namespace with one before the name; blanks make a poor file name.
    let dotted = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.trim_start_matches(['/', ':']).replace("://", ".").replace(['/', ':'], ".").replace(' ', "_")
    };
    let fits = profiles.iter().any(|profile| {
        let words = std::iter::once(&profile.name).chain(&profile.attachment);
        words.map(|word| dotted(word.unquoted())).any(|name| name == file.replace(' ', "_"))
    });
    if !fits && view.role == Role::Profiles {
        reporter.report(first.name.span, format!("the file name `{file}` does not match the profile"));
    }
}
