#![doc = include_str!("unconfined_fallback.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::source::Spanned;
use crate::vocab::{ExecFallback, ExecMode};

use super::shared::{path_text, unconfined_exec};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0103",
    name: "unconfined-fallback",
    severity: Severity::Note,
    page: page!("AA0103", "unconfined_fallback"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    // With the environment of this profile it is worse, which another rule reports.
    let scrubs = |exec: &Spanned<ExecMode>| exec.fallback() == ExecFallback::Unconfined && !exec.keeps_environment();
    if let Some(exec) = unconfined_exec(view).filter(scrubs) {
        reporter.report(exec.span, format!("`{}` runs unconfined where its profile is not loaded", path_text(view)));
    }
}
