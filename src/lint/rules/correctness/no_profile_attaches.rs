#![doc = include_str!("no_profile_attaches.md")]

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::automata::{Builder, Config, LabelId};
use crate::lint::check::{Check, Reporter};
use crate::lint::paths::shortened;
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::SetView;
use crate::source::{Span, Text};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0212",
    name: "no-profile-attaches",
    confidence: Confidence::Medium,
    page: page!("AA0212", "no_profile_attaches"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    if !set.complete {
        return;
    }
    // One automaton for all: attachments have label 0, each path its own.
    let mut builder = Builder::new(Config::default());
    let tops = set.members.iter().filter(|member| member.top);
    for pattern in tops.flat_map(|member| &member.attachments).filter_map(|path| set.pattern(path)) {
        builder.add(&pattern, LabelId::new(0));
    }
    let executed = || set.members.iter().flat_map(|member| &member.executed);
    let paths: BTreeSet<&Text> = executed().map(|(path, _)| path).collect();
    let number = |at: usize| LabelId::new(at + 1);
    for (at, path) in paths.iter().enumerate() {
        if let Some(pattern) = set.pattern(path) {
            builder.add(&pattern, number(at));
        }
    }
    let Ok(dfa) = builder.build() else { return };
    let mut attached: BTreeSet<LabelId> = BTreeSet::new();
    for (_, labels) in dfa.label_sets().filter(|(_, labels)| labels.first() == Some(&LabelId::new(0))) {
        attached.extend(labels.iter().copied());
    }
    let attached: FxHashMap<&Text, bool> =
        paths.iter().enumerate().map(|(at, path)| (*path, attached.contains(&number(at)))).collect();
    // A rule has several paths where there are aliases, its own first, and a path stands for several programs. One that has a
    // profile is enough: the others may not be installed.
    let mut spans: BTreeMap<Span, (bool, &Text)> = BTreeMap::new();
    for (path, span) in executed() {
        spans.entry(*span).or_insert((false, path)).0 |= attached.get(path).is_some_and(|attached| *attached);
    }
    for (span, (_, path)) in spans.iter().filter(|(_, (attached, _))| !attached) {
        reporter.report(*span, format!("no profile attaches to `{}`", shortened(path)));
    }
}
