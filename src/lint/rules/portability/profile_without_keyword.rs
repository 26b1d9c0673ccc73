#![doc = include_str!("profile_without_keyword.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::{Fixes, Rule};
use crate::syntax::ast::{ItemKind, ProfileKeyword};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0305",
    name: "profile-without-keyword",
    severity: Severity::Note,
    fixes: Fixes::Safe,
    page: page!("AA0305", "profile_without_keyword"),
    check: Check::Item(check),
    ..Rule::BASE
};

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let ItemKind::Profile(profile) = &view.item.kind.value else { return };
    if profile.keyword == ProfileKeyword::None && profile.attachment.is_none() {
        let finding = reporter.finding(profile.name.span, "missing keyword `profile`");
        let edit = view.rewrite(|kind| {
            if let ItemKind::Profile(profile) = kind {
                profile.keyword = ProfileKeyword::Profile;
            }
        });
        reporter.push(finding.with_safe_fix("write `profile`", edit));
    }
}
