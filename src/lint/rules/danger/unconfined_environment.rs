#![doc = include_str!("unconfined_environment.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};

use super::shared::{exec_letters, path_text};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0102",
    name: "unconfined-environment",
    fixes: Fixes::Unsafe,
    page: page!("AA0102", "unconfined_environment"),
    instead_of: &[Code::DangerousUx],
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((letters, span)) = exec_letters(view) else { return };
    let scrubbed: &[u8] = match letters {
        b"ux" => b"Ux",
        b"pux" => b"PUx",
        b"cux" => b"CUx",
        _ => return,
    };
    let message = format!("`{}` may run unconfined with the environment of this profile", path_text(view));
    let title = format!("write `{}`", String::from_utf8_lossy(scrubbed));
    let finding = reporter.finding(span, message).with_help(format!("{title}, which scrubs the environment"));
    reporter.push(finding.with_fix(Fix::risky(title, span, scrubbed)));
}
