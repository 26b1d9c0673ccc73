#![doc = include_str!("attachment_never_matches.md")]

use crate::lint::check::{Check, Reporter};
use crate::lint::paths::shortened;
use crate::lint::relations::escaping;
use crate::lint::rule::Rule;
use crate::lint::semantics::Semantics;

use super::shared::existing_paths;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0207",
    name: "attachment-never-matches",
    page: page!("AA0207", "attachment_never_matches"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    let profile = semantics.view.profile;
    let Some(attachment) = &profile.attachment else { return };
    let all = std::iter::once(attachment).chain(&profile.alias_attachments);
    let mut patterns = all.filter_map(|glob| semantics.view.pattern(&glob.value));
    let real = existing_paths(false);
    if !patterns.any(|pattern| escaping(&[&pattern, &real], &[]).is_some()) {
        reporter.report(attachment.span, format!("no executable has a path like `{}`", shortened(&attachment.value)));
    }
}
