#![doc = include_str!("peer_misses_stack.md")]

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{NamingRule, SetProfile, SetView, collapsed};
use crate::source::{Span, Text};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0320",
    name: "peer-misses-stack",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0320", "peer_misses_stack"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let free: Vec<&SetProfile> = set.members.iter().filter(|member| !member.confines).collect();
    let mut found: BTreeMap<Span, &Text> = BTreeMap::new();
    for member in set.members.iter().filter(|member| member.confines) {
        let peers = || member.named.iter().filter(|named| named.by == NamingRule::Peer);
        for peer in peers() {
            let met = free.iter().find(|met| matches(set, &peer.name, &met.name));
            let Some(met) = met else { continue };
            let stacked: Text = [&met.name, &b"//&unconfined"[..]].concat().into();
            if !peers().any(|other| matches(set, &other.name, &stacked)) {
                found.entry(peer.span).or_insert(&met.name);
            }
        }
    }
    for (span, name) in found {
        let finding = reporter.finding(
            span,
            format!(
                "a program that `{name}` runs may have the label `{name}//&unconfined`, which no peer here matches"
            ),
        );
        reporter.push(finding.with_help(format!("write `peer={name}{{,//&unconfined}}`")));
    }
}

/// Whether a peer matches a label.
fn matches(set: &SetView<'_>, peer: &Text, label: &Text) -> bool {
    peer == label || set.pattern(peer).is_some_and(|pattern| pattern.matches(&collapsed(label)))
}
