#![doc = include_str!("permission_order.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};

use super::shared::{is_exec, permissions_of};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0402",
    name: "permission-order",
    severity: Severity::Note,
    default: false,
    fixes: Fixes::Safe,
    page: page!("AA0402", "permission_order"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(permissions) = permissions_of(view) else { return };
    let letters = permissions.as_bytes();
    let rank = |letter: &u8| b"mrwalk".iter().position(|known| known == letter).unwrap_or(usize::MAX);
    let mut plain: Vec<u8> = letters.iter().copied().filter(|&letter| !is_exec(letter)).collect();
    plain.sort_by_key(rank);
    plain.extend(letters.iter().copied().filter(|&letter| is_exec(letter)));
    // Exec letters that stand apart belong to no one form.
    let together = letters.split(|&letter| !is_exec(letter)).filter(|part| !part.is_empty()).count() <= 1;
    if plain != letters && together {
        let text = String::from_utf8_lossy(&plain).into_owned();
        let finding = reporter.finding(permissions.span, format!("the usual order is `{text}`"));
        reporter.push(finding.with_fix(Fix::safe(format!("write `{text}`"), permissions.span, plain)));
    }
}
