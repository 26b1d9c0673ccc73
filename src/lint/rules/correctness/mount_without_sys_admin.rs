#![doc = include_str!("mount_without_sys_admin.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::RuleKind;
use crate::vocab::Capability;

use super::shared::has_capability;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0230",
    name: "mount-without-sys-admin",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0230", "mount_without_sys_admin"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if has_capability(view, Capability::SysAdmin) {
        return;
    }
    let of_mounts = |kind: &RuleKind| matches!(kind, RuleKind::Mount(_) | RuleKind::PivotRoot(_));
    // One is enough to say it.
    let first = view.allowed().find(|rule| of_mounts(&rule.kind) && rule.span.source == view.input);
    if let Some(rule) = first {
        reporter.report(
            rule.span,
            format!("`{}` does not have `capability sys_admin`, without which mounts fail", view.profile.name),
        );
    }
}
