//! Exec permissions, capabilities and broad paths, which several rules of the family look at.

use crate::lint::check::{ItemView, ProbedAccess, ProfileView, Reporter};
use crate::lint::rules::file_rule;
use crate::source::Spanned;
use crate::syntax::ast;
use crate::vocab::{Capability, ExecMode};

/// The first exec permission of a file rule that allows something, if it may lead out of confinement.
pub(super) fn unconfined_exec(view: &ItemView<'_>) -> Option<Spanned<ExecMode>> {
    file_rule(view)?.permissions.execs().next().filter(|exec| exec.may_be_unconfined())
}

/// The path of a file rule as it is written.
pub(super) fn path_text(view: &ItemView<'_>) -> String {
    file_rule(view).map_or_else(String::new, |rule| rule.path.value.to_string())
}

/// Reports rules that allow an access to (nearly) every file.
pub(super) fn report_broad(view: &ProfileView<'_>, access: ProbedAccess, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if access.is_in(file) && view.is_broad(file) && !view.is_file_all(rule) {
            let whose = if rule.prefix.owner.is_some() { " of the program's user" } else { "" };
            let verb = if access == ProbedAccess::Write { "written" } else { "read" };
            reporter.report(rule.span, format!("every file{whose} may be {verb}"));
        }
    }
}

/// Reports rules that name one of the capabilities. Those that allow all have a finding of their own.
pub(super) fn report_capabilities(
    view: &ProfileView<'_>,
    names: &[Capability],
    what: &str,
    reporter: &mut Reporter<'_>,
) {
    for (rule, mask) in view.capabilities() {
        if let Some(name) = names.iter().find(|name| mask != u64::MAX && mask & name.mask() != 0) {
            reporter.report(rule.span, format!("`{name}` {what}"));
        }
    }
}

/// The rule that an item is, unless it denies.
pub(super) fn allowed_kind<'a>(view: &ItemView<'a>) -> Option<&'a ast::RuleKind> {
    let rule = view.rule()?;
    (rule.prefix.mode != Some(ast::RuleMode::Deny)).then_some(&rule.kind)
}
