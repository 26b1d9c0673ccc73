#![doc = include_str!("unconfined_environment.md")]

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::lint::rules::file_rule;
use crate::syntax::ast::{FileLetter, FileLetters};

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
    let message = format!("`{}` may run unconfined with an environment that this profile controls", path_text(view));
    let title = format!("write `{scrubbed}`");
    let finding = reporter.finding(exec.span, message).with_help(format!("{title}, which scrubs the environment"));
    let letters = file_rule(view).map(|rule| &rule.permissions.value);
    let spelled = letters.into_iter().flat_map(FileLetters::spelled).flat_map(|(letter, spelling)| match letter {
        FileLetter::Exec(_) => scrubbed.as_bytes(),
        FileLetter::Permission(_) => spelling,
    });
    let edit = view.with_letters(&spelled.copied().collect::<Vec<u8>>());
    reporter.push(finding.with_unsafe_fix(title, edit));
}
