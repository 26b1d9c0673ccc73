#![doc = include_str!("missing_local_include.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, FileView, Reporter, Role};
use crate::lint::rule::Rule;
use crate::syntax::ast::ItemKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0409",
    name: "missing-local-include",
    severity: Severity::Note,
    default: false,
    aliases: &["missing-local-include", "include"],
    page: page!("AA0409", "missing_local_include"),
    check: Check::File(check),
    ..Rule::BASE
};

fn check(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    if view.role != Role::Profiles {
        return;
    }
    for item in &view.file.items {
        let ItemKind::Profile(profile) = &item.kind.value else { continue };
        let includes = profile.body.items.iter().any(|item| match &item.kind.value {
            ItemKind::Include(include) => include.path.text().starts_with("local/"),
            _ => false,
        });
        if !includes {
            reporter.report(
                profile.name.span,
                format!("profile `{}` does not have an `include if exists <local/…>`", profile.name.value),
            );
        }
    }
}
