#![doc = include_str!("repeated_permission.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::FileLetter;

use super::shared::permissions_of;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0401",
    name: "repeated-permission",
    fixes: Fixes::Safe,
    page: page!("AA0401", "repeated_permission"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(permissions) = permissions_of(view) else { return };
    let mut kept: Vec<(FileLetter, &[u8])> = Vec::new();
    for (letter, spelling) in permissions.spelled() {
        if matches!(letter, FileLetter::Exec(_)) || kept.iter().all(|&(before, _)| before != letter) {
            kept.push((letter, spelling));
        }
    }
    if kept.len() != permissions.letters().len() {
        let kept: Vec<u8> = kept.into_iter().flat_map(|(_, spelling)| spelling).copied().collect();
        let finding = reporter.finding(permissions.span, "repeated permission letter");
        reporter.push(finding.with_safe_fix("delete the repeated letter", view.with_letters(&kept)));
    }
}
