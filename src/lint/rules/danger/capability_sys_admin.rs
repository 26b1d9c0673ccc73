#![doc = include_str!("capability_sys_admin.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::vocab::Capability;

use super::shared::report_capabilities;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0108",
    name: "capability-sys-admin",
    severity: Severity::Note,
    page: page!("AA0108", "capability_sys_admin"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    report_capabilities(view, &[Capability::SysAdmin], "allows a large set of unrelated operations", reporter);
}
