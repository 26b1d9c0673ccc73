#![doc = include_str!("missing_abi.md")]

use crate::diagnostic::Code;
use crate::edit;
use crate::lint::check::{Check, FileView, Reporter, Role};
use crate::lint::rule::{Fixes, Rule};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Abi, IncludePath, ItemKind, PathForm};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0303",
    name: "missing-abi",
    fixes: Fixes::Unsafe,
    aliases: &["abi", "missing-abi"],
    page: page!("AA0303", "missing_abi"),
    instead_of: &[Code::AbiMissing],
    check: Check::File(check),
    ..Rule::BASE
};

fn check(view: &FileView<'_>, reporter: &mut Reporter<'_>) {
    let has = view.file.items.iter().any(|item| matches!(item.kind.value, ItemKind::Abi(_)));
    if view.role == Role::Profiles && !has {
        let Some(first) = view.file.items.first() else { return };
        let finding = reporter.finding(Span { end: first.kind.span.start, ..first.kind.span }, "missing `abi` rule");
        let finding = finding.with_help("add `abi <abi/4.0>,` at the beginning of the file");
        let path = IncludePath { form: PathForm::Angle, path: Spanned::bare("abi/4.0".into()) };
        let edit = edit::addition(view.source, view.id, view.file, ItemKind::Abi(Abi { path }));
        reporter.push(finding.with_unsafe_fix("add `abi <abi/4.0>,`", [edit]));
    }
}
