#![doc = include_str!("unconfined_profile.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::ProfileMode;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0131",
    name: "unconfined-profile",
    severity: Severity::Note,
    default: false,
    page: page!("AA0131", "unconfined_profile"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if matches!(view.profile.flags.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow) {
        reporter.report(view.profile.span, format!("profile `{}` confines nothing", view.profile.name));
    }
}
