#![doc = include_str!("permission_order.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::FileLetter;
use crate::vocab::FilePermissions;

use super::shared::permissions_of;

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
    let rank = |letter: FileLetter| match letter {
        FileLetter::Permission(one) => FilePermissions::ALL.iter().position(|known| known == one),
        FileLetter::Exec(_) => None,
    };
    let mut letters: Vec<(FileLetter, &[u8])> = permissions.spelled().collect();
    letters.sort_by_key(|&(letter, _)| rank(letter).unwrap_or(usize::MAX));
    let plain: Vec<u8> = letters.into_iter().flat_map(|(_, spelling)| spelling).copied().collect();
    // Two exec permissions are an error, and another one in another order.
    if plain != permissions.as_bytes() && permissions.execs().count() <= 1 {
        let text = String::from_utf8_lossy(&plain).into_owned();
        let finding =
            reporter.finding(permissions.span, format!("unusual order of permissions; the usual one is `{text}`"));
        reporter.push(finding.with_safe_fix(format!("write `{text}`"), view.with_letters(&plain)));
    }
}
