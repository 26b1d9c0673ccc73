//! Rules about other processes that the profile of those does not answer.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::automata::{Pattern, Symbol};
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{Between, BetweenKind, Member, SetView, collapsed};
use crate::source::Span;
use crate::vocab::{ptrace, signals};

pub(in crate::lint::rules) static ONE_SIDED: Rule = Rule {
    code: "AA0235",
    name: "one-sided-rule",
    confidence: Confidence::Medium,
    summary: "a signal or ptrace rule for a peer whose profile does not answer it",
    why: "The kernel asks both profiles: the one of the sender whether it may send, the one of the receiver whether it may receive; \
          so with tracing and being traced. What one side does not allow is denied, whatever the other says.",
    bad: "profile p /usr/bin/p {\n  signal send set=(term) peer=helper,\n}\n\nprofile helper {\n  /usr/bin/helper mr,\n}\n",
    good: "profile p /usr/bin/p {\n  signal send set=(term) peer=helper,\n}\n\nprofile helper {\n  /usr/bin/helper mr,\n  signal receive set=(term) peer=p,\n}\n",
    remedy: "Write the other half into the profile of the peer, or delete the rule. The rule speaks only where the peer is named, is among \
             the profiles given, and enforces its rules; an include that is not there yet (`include if exists <local/…>`) may \
             answer, too.",
    check: Check::Set(one_sided),
    ..Rule::BASE
};

fn one_sided(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let mut names: FxHashMap<Vec<Symbol>, Vec<&Member>> = FxHashMap::default();
    for member in set.members.iter().filter(|member| member.namespace.is_none()) {
        names.entry(collapsed(&member.name)).or_default().push(member);
    }
    // A rule of an included file stands in several profiles. One that answers is enough.
    let mut rules: BTreeMap<Span, Option<(&Member, &Member)>> = BTreeMap::new();
    for member in set.members.iter().filter(|member| member.confines && member.namespace.is_none()) {
        for rule in &member.between {
            let unanswered = peer(set, &names, member, rule).map(|peer| (member, peer));
            let known = rules.entry(rule.span).or_insert(unanswered);
            *known = known.filter(|_| unanswered.is_some());
        }
    }
    for (span, found) in rules {
        if let Some((member, peer)) = found {
            let message = format!("no rule of `{}` answers this one of `{}`", peer.name, member.name);
            let finding = reporter.finding(span, message);
            reporter.push(finding.and_label(peer.span, "the profile of the peer"));
        }
    }
}

/// The profile that a rule names as its peer, if no rule there allows its half of anything that the rule allows.
fn peer<'a>(
    set: &SetView<'_>,
    names: &FxHashMap<Vec<Symbol>, Vec<&'a Member>>,
    member: &Member,
    rule: &Between,
) -> Option<&'a Member> {
    let pattern = set.pattern(rule.peer.as_ref()?)?;
    let Pattern::Literal(name) = &*pattern else { return None };
    let name: Vec<Symbol> = name.iter().copied().map(Symbol::Byte).collect();
    let peers = names.get(&name)?;
    let here = collapsed(&member.name);
    let silent = |peer: &&Member| {
        let mediated = match rule.kind {
            BetweenKind::Signal(_) => peer.mediates.signal && member.mediates.signal,
            BetweenKind::Ptrace => peer.mediates.ptrace && member.mediates.ptrace,
        };
        mediated && peer.enforces && !peer.between.iter().any(|other| answers(set, rule, (peer, other), &here))
    };
    if peers.iter().all(silent) { peers.first().copied() } else { None }
}

/// Whether `other`, of the peer's profile, allows its half of something that `rule` allows to the profile named `here`.
fn answers(set: &SetView<'_>, rule: &Between, (peer, other): (&Member, &Between), here: &[Symbol]) -> bool {
    let common = match (&rule.kind, &other.kind) {
        (BetweenKind::Signal(_), BetweenKind::Signal(theirs)) if theirs.is_empty() => true,
        // Who names no signal means more than the question whether a process is there, which abstractions let everybody ask.
        (BetweenKind::Signal(mine), BetweenKind::Signal(theirs)) if mine.is_empty() => {
            theirs.iter().any(|signal| signal.number() != signals::EXISTS)
        }
        (BetweenKind::Signal(mine), BetweenKind::Signal(theirs)) => mine.iter().any(|number| theirs.contains(number)),
        (BetweenKind::Ptrace, BetweenKind::Ptrace) => true,
        _ => false,
    };
    common && other.permissions & counterpart(rule) != 0 && names_it(set, peer, other, here)
}

/// What one side allows, and what the other has to allow for it.
const SIGNAL: [(u32, u32); 2] = [(signals::SEND, signals::RECEIVE), (signals::RECEIVE, signals::SEND)];
const PTRACE: [(u32, u32); 4] = [
    (ptrace::TRACE, ptrace::TRACEDBY),
    (ptrace::TRACEDBY, ptrace::TRACE),
    (ptrace::READ, ptrace::READBY),
    (ptrace::READBY, ptrace::READ),
];

/// What the other side has to allow.
fn counterpart(rule: &Between) -> u32 {
    let pairs: &[(u32, u32)] = match rule.kind {
        BetweenKind::Signal(_) => &SIGNAL,
        BetweenKind::Ptrace => &PTRACE,
    };
    let other = pairs.iter().filter(|(mine, _)| rule.permissions & mine != 0);
    other.fold(0, |all, (_, theirs)| all | theirs)
}

/// Whether the peer of a rule, which is one of `member`, may be the profile named `here`. Of stacks nothing is known but that what
/// is stacked upon `member` is not `here` alone.
fn names_it(set: &SetView<'_>, member: &Member, rule: &Between, here: &[Symbol]) -> bool {
    let Some(peer) = &rule.peer else { return true };
    if peer.contains(&b'&') {
        return !peer.strip_prefix(member.name.as_bytes()).is_some_and(|rest| rest.starts_with(b"//&"));
    }
    set.pattern(peer).is_none_or(|pattern| pattern.matches(here))
}
