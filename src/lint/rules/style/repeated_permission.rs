#![doc = include_str!("repeated_permission.md")]

use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};

use super::shared::{is_exec, permissions_of};

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
    let letters = permissions.as_bytes();
    let mut kept = Vec::new();
    for &letter in letters {
        if is_exec(letter) || !kept.contains(&letter) {
            kept.push(letter);
        }
    }
    if kept.len() != letters.len() {
        let finding = reporter.finding(permissions.span, "a letter is written twice");
        reporter.push(finding.with_fix(Fix::safe("delete it", permissions.span, kept)));
    }
}
