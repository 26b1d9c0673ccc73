#![doc = include_str!("unconfined_exec.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::vocab::ExecKind;

use super::shared::{path_text, unconfined_exec};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0101",
    name: "unconfined-exec",
    aliases: &["dangerous-exec"],
    page: page!("AA0101", "unconfined_exec"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    if let Some(exec) = unconfined_exec(view).filter(|exec| exec.kind() == ExecKind::Unconfined) {
        let path = path_text(view);
        let finding = reporter.finding(view.span(), format!("`{path}` runs without confinement"));
        reporter.push(finding.and_label(exec.span, "unconfined"));
    }
}
