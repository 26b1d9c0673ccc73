#![doc = include_str!("less_confined_tracee.md")]

use crate::automata::Pattern;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::rules::correctness::one_sided_rule::answers;
use crate::lint::set::{ProcessRule, ProcessRuleKind, SetProfile, SetView, collapsed};
use crate::source::Span;
use crate::vocab::PtracePermissions;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0136",
    name: "less-confined-tracee",
    confidence: Confidence::Medium,
    default: false,
    page: page!("AA0136", "less_confined_tracee"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let mut known: Vec<Span> = Vec::new();
    for member in set.members.iter().filter(|member| member.is_strict() && member.namespace.is_none()) {
        for rule in &member.between {
            if known.contains(&rule.span) {
                continue;
            }
            if let Some((peer, place)) = tracee(set, member, rule) {
                known.push(rule.span);
                let message = format!("`{}` may trace `{}`, which is less confined", member.name, peer.name);
                let finding = reporter.finding(rule.span, message);
                reporter.push(finding.and_label(place, "allows it"));
            }
        }
    }
}

/// The less confined profile that a rule names, with the place that lets its tasks be traced.
fn tracee<'a>(set: &'a SetView<'_>, member: &SetProfile, rule: &ProcessRule) -> Option<(&'a SetProfile, Span)> {
    let ProcessRuleKind::Ptrace(permissions) = rule.kind else { return None };
    if !permissions.contains(PtracePermissions::TRACE) {
        return None;
    }
    let pattern = set.pattern(rule.peer.as_ref()?)?;
    // What matches many profiles is for AA0114 to judge.
    let Pattern::Literal(_) = &*pattern else { return None };
    let here = collapsed(&member.name);
    let peers = set.members.iter().filter(|peer| peer.namespace.is_none() && !peer.is_strict());
    peers.filter(|peer| pattern.matches(&collapsed(&peer.name))).find_map(|peer| {
        if !(peer.confines && peer.enforces && peer.mediates.ptrace) {
            return Some((peer, peer.span));
        }
        let answer = peer.between.iter().find(|other| answers(set, rule, (peer, other), &here))?;
        Some((peer, answer.span))
    })
}
