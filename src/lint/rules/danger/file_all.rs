#![doc = include_str!("file_all.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::{self, ItemKind};

use super::shared::allowed_kind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0118",
    name: "file-all",
    aliases: &["too-wide"],
    page: page!("AA0118", "file_all"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(ast::RuleKind::File(ast::FileRule { body: ast::FileBody::All, .. })) = allowed_kind(view) {
        let denies = view.siblings.iter().filter(|item| {
            matches!(&item.kind.value, ItemKind::Rule(ast::Rule { prefix, kind: ast::RuleKind::File(_) })
                if prefix.mode == Some(ast::RuleMode::Deny))
        });
        let finding = reporter.finding(view.span(), "the rule allows every access to every file");
        reporter.push(match denies.count() {
            0 => finding,
            count => finding.with_help(format!(
                "list the files that are needed: the {count} deny rules next to it miss other paths of the same files"
            )),
        });
    }
}
