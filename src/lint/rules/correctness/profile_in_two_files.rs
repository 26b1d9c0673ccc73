#![doc = include_str!("profile_in_two_files.md")]

use rustc_hash::FxHashMap;

use crate::lint::check::{Check, Reporter};
use crate::lint::rule::Rule;
use crate::lint::set::SetView;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0213",
    name: "profile-in-two-files",
    page: page!("AA0213", "profile_in_two_files"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let mut known = FxHashMap::default();
    for member in set.members {
        let before = *known.entry((&member.namespace, &member.name)).or_insert(member.span);
        if before.source != member.span.source {
            let finding = reporter.finding(member.span, format!("`{}` is also defined in another file", member.name));
            reporter.push(finding.and_label(before, "the other profile"));
        }
    }
}
