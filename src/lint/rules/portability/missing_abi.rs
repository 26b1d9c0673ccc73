#![doc = include_str!("missing_abi.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, FileView, Reporter, Role};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};
use crate::source::Span;
use crate::syntax::ast::ItemKind;

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
        let start = Span::new(view.id, first.kind.span.start, first.kind.span.start);
        let line_start = view.lines_of(start).map_or(start, |line| Span { end: line.start, ..line });
        let finding =
            reporter.finding(Span { end: first.kind.span.start, ..first.kind.span }, "the file has no `abi` rule");
        let finding = finding.with_help("begin the file with `abi <abi/4.0>,`");
        reporter.push(finding.with_fix(Fix::risky("add `abi <abi/4.0>,`", line_start, "abi <abi/4.0>,\n\n")));
    }
}
