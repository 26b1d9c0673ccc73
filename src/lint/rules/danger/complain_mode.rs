#![doc = include_str!("complain_mode.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::ProfileMode;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0132",
    name: "complain-mode",
    severity: Severity::Note,
    default: false,
    page: page!("AA0132", "complain_mode"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if view.profile.flags.mode == ProfileMode::Complain {
        reporter
            .report(view.profile.span, format!("profile `{}` is in complain mode and only logs", view.profile.name));
    }
}
