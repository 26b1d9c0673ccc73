#![doc = include_str!("userns_with_sys_admin.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::{ProfileMode, RuleKind};
use crate::vocab::Capability;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0134",
    name: "userns-with-sys-admin",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0134", "userns_with_sys_admin"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if !matches!(view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill) {
        return;
    }
    let Some((admin, _)) = view.capabilities().find(|(_, mask)| mask & Capability::SysAdmin.mask() != 0) else {
        return;
    };
    for rule in view.allowed().filter(|rule| rule.kind == RuleKind::Userns) {
        if rule.span != admin.span {
            let finding = reporter.finding(rule.span, "user namespaces together with `sys_admin`");
            reporter.push(finding.and_label(admin.span, "`sys_admin`"));
        }
    }
}
