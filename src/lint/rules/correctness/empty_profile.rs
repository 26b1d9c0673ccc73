#![doc = include_str!("empty_profile.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0226",
    name: "empty-profile",
    page: page!("AA0226", "empty_profile"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let profile = view.profile;
    let confines = !matches!(
        profile.flags.mode,
        crate::policy::ProfileMode::Unconfined | crate::policy::ProfileMode::DefaultAllow
    );
    if confines && profile.rules.is_empty() && profile.children.is_empty() {
        reporter.report(profile.span, format!("profile `{}` has no rules", profile.name));
    }
}
