#![doc = include_str!("home_without_owner.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::rules::{AllowedFile, file_rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0412",
    name: "home-without-owner",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    aliases: &["missing-owner-qualifier"],
    page: page!("AA0412", "home_without_owner"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some(AllowedFile { path, .. }) = file_rule(view) else { return };
    let Some(rule) = view.rule() else { return };
    let text = path.unquoted();
    let homes = [&b"@{HOME}"[..], b"@{user_", b"/home/", b"/run/user/", b"@{run}/user/"];
    // The directory that the homes are in belongs to nobody.
    let below = |home: &&[u8]| text.strip_prefix(*home).is_some_and(|rest| !rest.is_empty() || !home.ends_with(b"/"));
    if rule.prefix.owner.is_none() && homes.iter().any(below) {
        reporter.report(view.span(), "the rule allows files of every user");
    }
}
