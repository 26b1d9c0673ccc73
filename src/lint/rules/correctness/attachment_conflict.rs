#![doc = include_str!("attachment_conflict.md")]

use std::collections::BTreeSet;

use crate::automata::{Builder, Config, LabelId};
use crate::lint::check::{Check, Reporter};
use crate::lint::relations::shown;
use crate::lint::rule::Rule;
use crate::lint::set::SetView;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0208",
    name: "attachment-conflict",
    page: page!("AA0208", "attachment_conflict"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let tops: Vec<_> = set.members.iter().filter(|member| member.top && !member.xattrs).collect();
    let mut builder = Builder::new(Config::default());
    let mut labels = Vec::new();
    for member in &tops {
        for attachment in &member.attachments {
            let Some(pattern) = set.pattern(attachment) else { continue };
            builder.add(&pattern, LabelId::new(labels.len()));
            labels.push((*member, crate::encode::attachment_rank(attachment)));
        }
    }
    let Ok(dfa) = builder.build() else { return };
    let mut seen = BTreeSet::new();
    for (id, both) in dfa.label_sets().filter(|(_, labels)| labels.len() > 1) {
        let ranked = both.iter().filter_map(|label| labels.get(label.index()));
        let best = ranked.clone().map(|(_, rank)| *rank).max();
        let mut first = ranked.filter(|(_, rank)| Some(*rank) == best).map(|(member, _)| *member);
        let Some(a) = first.next() else { continue };
        let Some(b) = first.find(|b| (&b.name, &b.namespace) != (&a.name, &a.namespace) && b.namespace == a.namespace)
        else {
            continue;
        };
        if seen.insert((a.span, b.span)) {
            let path = dfa.witness(id).map(|string| shown(&string)).unwrap_or_default();
            let message = format!("`{}` and `{}` both attach to `{path}` and neither takes precedence", a.name, b.name);
            let finding = reporter.finding(b.span, message);
            reporter.push(finding.and_label(a.span, "the other profile"));
        }
    }
}
