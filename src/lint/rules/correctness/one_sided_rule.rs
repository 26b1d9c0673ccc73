#![doc = include_str!("one_sided_rule.md")]

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::automata::{Pattern, Symbol};
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{ProcessRule, ProcessRuleKind, SetProfile, SetView, collapsed};
use crate::source::Span;
use crate::vocab::{PermissionSet, PtracePermissions, Signal, SignalPermissions};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0235",
    name: "one-sided-rule",
    confidence: Confidence::Medium,
    page: page!("AA0235", "one_sided_rule"),
    check: Check::Set(check),
    ..Rule::BASE
};

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let mut names: FxHashMap<Vec<Symbol>, Vec<&SetProfile>> = FxHashMap::default();
    for member in set.members.iter().filter(|member| member.namespace.is_none()) {
        names.entry(collapsed(&member.name)).or_default().push(member);
    }
    // A rule of an included file stands in several profiles. One that answers is enough.
    let mut rules: BTreeMap<Span, Option<(&SetProfile, &SetProfile)>> = BTreeMap::new();
    for member in set.members.iter().filter(|member| member.confines && member.namespace.is_none()) {
        for rule in &member.between {
            let unanswered = peer(set, &names, member, rule).map(|peer| (member, peer));
            let known = rules.entry(rule.span).or_insert(unanswered);
            *known = known.filter(|_| unanswered.is_some());
        }
    }
    for (span, found) in rules {
        if let Some((member, peer)) = found {
            let message = format!("no rule of `{}` allows the other side of this rule of `{}`", peer.name, member.name);
            let finding = reporter.finding(span, message);
            reporter.push(finding.and_label(peer.span, "the profile of the peer"));
        }
    }
}

/// The profile that a rule names as its peer, if no rule there allows its half of anything that the rule allows.
fn peer<'a>(
    set: &SetView<'_>,
    names: &FxHashMap<Vec<Symbol>, Vec<&'a SetProfile>>,
    member: &SetProfile,
    rule: &ProcessRule,
) -> Option<&'a SetProfile> {
    let pattern = set.pattern(rule.peer.as_ref()?)?;
    let Pattern::Literal(name) = &*pattern else { return None };
    let name: Vec<Symbol> = name.iter().copied().map(Symbol::Byte).collect();
    let peers = names.get(&name)?;
    let here = collapsed(&member.name);
    let silent = |peer: &&SetProfile| {
        let mediated = match rule.kind {
            ProcessRuleKind::Signal(..) => peer.mediates.signal && member.mediates.signal,
            ProcessRuleKind::Ptrace(_) => peer.mediates.ptrace && member.mediates.ptrace,
        };
        mediated && peer.enforces && !peer.between.iter().any(|other| answers(set, rule, (peer, other), &here))
    };
    if peers.iter().all(silent) { peers.first().copied() } else { None }
}

/// Returns `true` if `other`, of the peer's profile, allows its half of something that `rule` allows to the profile named `here`.
pub(in crate::lint::rules) fn answers(
    set: &SetView<'_>,
    rule: &ProcessRule,
    (peer, other): (&SetProfile, &ProcessRule),
    here: &[Symbol],
) -> bool {
    let answered = match (&rule.kind, &other.kind) {
        (ProcessRuleKind::Signal(mine, signals), ProcessRuleKind::Signal(theirs, others)) => {
            have_common(signals, others) && answer(&SIGNAL, *mine, *theirs)
        }
        (ProcessRuleKind::Ptrace(mine), ProcessRuleKind::Ptrace(theirs)) => answer(&PTRACE, *mine, *theirs),
        _ => false,
    };
    answered && names_it(set, peer, other, here)
}

/// Whether rules about these signals, where none stands for all, are about the same ones.
fn have_common(mine: &[Signal], theirs: &[Signal]) -> bool {
    match (mine, theirs) {
        (_, []) => true,
        // Who names no signal means more than the question whether a process is there, which abstractions let everybody ask.
        ([], theirs) => theirs.iter().any(|&signal| signal != Signal::EXISTS),
        (mine, theirs) => mine.iter().any(|signal| theirs.contains(signal)),
    }
}

/// The permissions of one side, and those of the other that each needs.
const SIGNAL: [(SignalPermissions, SignalPermissions); 2] =
    [(SignalPermissions::SEND, SignalPermissions::RECEIVE), (SignalPermissions::RECEIVE, SignalPermissions::SEND)];

const PTRACE: [(PtracePermissions, PtracePermissions); 4] = [
    (PtracePermissions::TRACE, PtracePermissions::TRACEDBY),
    (PtracePermissions::TRACEDBY, PtracePermissions::TRACE),
    (PtracePermissions::READ, PtracePermissions::READBY),
    (PtracePermissions::READBY, PtracePermissions::READ),
];

/// Whether the other side allows what one of the permissions needs there.
fn answer<P: PermissionSet>(pairs: &[(P, P)], mine: P, theirs: P) -> bool {
    pairs.iter().any(|&(here, there)| mine | here == mine && theirs | there == theirs)
}

/// Whether the peer of a rule, which is one of `member`, may be the profile named `here`. Of stacks nothing is known but that what
/// is stacked upon `member` is not `here` alone.
fn names_it(set: &SetView<'_>, member: &SetProfile, rule: &ProcessRule, here: &[Symbol]) -> bool {
    let Some(peer) = &rule.peer else { return true };
    if peer.contains(&b'&') {
        return !peer.strip_prefix(member.name.as_bytes()).is_some_and(|rest| rest.starts_with(b"//&"));
    }
    set.pattern(peer).is_none_or(|pattern| pattern.matches(here))
}
