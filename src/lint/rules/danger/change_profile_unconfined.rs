#![doc = include_str!("change_profile_unconfined.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::RuleKind;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0116",
    name: "change-profile-unconfined",
    page: page!("AA0116", "change_profile_unconfined"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::ChangeProfile(change) = &rule.kind else { continue };
        let target = change.target.as_ref().map(|target| target.value.as_bytes());
        let to = match target {
            None | Some(b"**") => "any profile",
            Some(b"unconfined" | b":unconfined:unconfined") => "`unconfined`",
            Some(_) => continue,
        };
        let when = if change.exec.is_some() { " when it starts that program" } else { "" };
        reporter.report(rule.span, format!("the program may change to {to}{when}"));
    }
}
