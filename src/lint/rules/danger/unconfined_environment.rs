#![doc = include_str!("unconfined_environment.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::finding::Fix;
use crate::lint::rule::{Fixes, Rule};

use super::shared::{path_text, unconfined_exec};

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
    let Some(exec) = unconfined_exec(view).filter(|exec| exec.keeps_environment()) else { return };
    let scrubbed = exec.with_environment(false).to_string();
    let message = format!("`{}` may run unconfined with the environment of this profile", path_text(view));
    let title = format!("write `{scrubbed}`");
    let finding = reporter.finding(exec.span, message).with_help(format!("{title}, which scrubs the environment"));
    reporter.push(finding.with_fix(Fix::risky(title, exec.span, scrubbed)));
}
