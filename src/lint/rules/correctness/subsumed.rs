//! Rules without effect, found on automata.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::semantics::Semantics;
use crate::policy::RuleMode;
use crate::source::Span;
use crate::vocab::file as bits;

pub(in crate::lint::rules) static SUBSUMED: Rule = Rule {
    code: "AA0201",
    name: "subsumed-rule",
    severity: Severity::Note,
    summary: "another rule says everything that this one says",
    why: "Deleting the rule would change nothing; who tightens it believes to have tightened the profile.",
    bad: "profile p /usr/bin/p {\n  /etc/p/** r,\n  /etc/p/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p/** r,\n  owner /home/*/.p.conf r,\n}\n",
    remedy: "Delete it, or narrow the broader one. The automata of both rules decide; variables, includes and alternations are \
             taken into account.",
    check: Check::Automata(subsumed),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SHADOWED: Rule = Rule {
    code: "AA0203",
    name: "allow-under-deny",
    summary: "a rule allows only what another denies",
    why: "Deny goes before allow, however specific the allow is: the rule has no effect.",
    bad: "profile p /usr/bin/p {\n  deny /etc/** w,\n  /etc/p/state w,\n}\n",
    good: "profile p /usr/bin/p {\n  deny /etc/[^p]** w,\n  /etc/p/state w,\n}\n",
    remedy: "Narrow the deny, give the allow a higher `priority=`, or delete it.",
    check: Check::Automata(shadowed),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NOTHING_DENIED: Rule = Rule {
    code: "AA0204",
    name: "audit-deny-without-effect",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    summary: "an `audit deny` rule denies nothing that is allowed",
    why: "What no rule allows is denied and logged without it. It only keeps later rules from allowing it.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  audit deny /srv/** w,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/** rw,\n  audit deny /srv/keys/** w,\n}\n",
    remedy: "Delete it, or keep it as a guard against local additions and allow this with that reason.",
    check: Check::Automata(nothing_denied),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ONLY_QUIET: Rule = Rule {
    code: "AA0205",
    name: "deny-only-silences",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    default: false,
    summary: "a `deny` rule denies nothing that is allowed, and only keeps it out of the log",
    why: "That is a common way to quiet the log, but hides what an attacker tries.",
    bad: "profile p /usr/bin/p {\n  /etc/p.conf r,\n  deny /srv/** w,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/** rw,\n  deny /srv/keys/** w,\n}\n",
    remedy: "Leave it where the noise is known and harmless.",
    check: Check::Automata(only_quiet),
    ..Rule::BASE
};

/// The rules that findings may be about: those of the profile's own file, and those of included files, each with its grants.
fn rules<'s>(semantics: &'s Semantics<'_>) -> impl Iterator<Item = (usize, Span, &'s [usize])> {
    let implied = semantics.view.profile.span;
    let rules = semantics.rules.iter().enumerate();
    rules.filter(move |(_, (span, _))| *span != implied && *span != Span::NONE).map(|(at, (s, list))| (at, *s, &**list))
}

fn subsumed(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    // Where nothing is confined, rules only give names to things.
    if !semantics.view.confines() {
        return;
    }
    for (place, span, grants) in rules(semantics) {
        let Some(&first) = grants.first() else { continue };
        let own = semantics.is_own(span);
        // In an included file, what the profile says besides does not count: others include it, too.
        let fits = |_: usize, by: &crate::encode::Grant<'_>| {
            (own || by.span.source == span.source) && semantics.says_as_much(by, first)
        };
        let others: FxHashSet<Span> = semantics
            .covering(first, fits)
            .into_iter()
            .filter_map(|at| semantics.grant(at).map(|grant| grant.span))
            .collect();
        let mut others: Vec<Span> = others.into_iter().filter(|&other| other != semantics.view.profile.span).collect();
        others.sort_unstable();
        let found = others
            .into_iter()
            .find(|&other| semantics.is_subsumed(grants, other) && !keeps(semantics, place, span, other));
        let Some(other) = found else { continue };
        if same_text(semantics, span, other) {
            continue;
        }
        let source = semantics.view.sources.get(other.source);
        let line = source.line_column(other.start).0;
        let place =
            if other.source == span.source { format!("line {line}") } else { format!("{}:{line}", source.name()) };
        let finding = reporter.finding(span, format!("the rule at {place} says all of this"));
        reporter.push(finding.and_label(other, "the broader rule"));
    }
}

/// Whether of two rules that say the same this one is to be kept: the first one.
fn keeps(semantics: &Semantics<'_>, place: usize, span: Span, other: Span) -> bool {
    let Some(at) = semantics.rules.iter().position(|(span, _)| *span == other) else { return false };
    let Some((_, grants)) = semantics.rules.get(at) else { return false };
    let mutual = semantics.is_subsumed(grants, span);
    mutual && place < at && (span.source == other.source || !semantics.is_own(other) && !semantics.is_own(span))
}

/// Whether both are written alike, which is another finding.
fn same_text(semantics: &Semantics<'_>, a: Span, b: Span) -> bool {
    a.source == b.source && {
        let source = semantics.view.sources.get(a.source);
        source.slice(a) == source.slice(b)
    }
}

fn shadowed(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (_, span, grants) in rules(semantics) {
        let mut by = None;
        let all = grants.iter().all(|&at| {
            let Some(grant) = semantics.grant(at) else { return false };
            if grant.mode == RuleMode::Deny || grant.permissions & (bits::LINK | bits::LINK << bits::OTHER) != 0 {
                return false;
            }
            let denies = |_: usize, deny: &crate::encode::Grant<'_>| {
                deny.mode == RuleMode::Deny
                    && deny.span.source == span.source
                    && deny.priority >= grant.priority
                    && about(grant) & !about(deny) == 0
            };
            let found = semantics.covering(at, denies).first().and_then(|&at| semantics.grant(at));
            by = by.or(found.map(|grant| grant.span));
            found.is_some()
        });
        if let Some(deny) = by.filter(|_| all) {
            let finding = reporter.finding(span, "everything that this rule allows is denied");
            reporter.push(finding.and_label(deny, "denies it"));
        }
    }
}

/// The permissions of a grant, without what says where exec leads to. Who may execute a file and stay in the profile may map it.
fn about(grant: &crate::encode::Grant<'_>) -> u32 {
    if grant.automaton != crate::blob::Automaton::File {
        return grant.permissions;
    }
    let halves = [0, bits::OTHER].map(|half| {
        let word = grant.permissions >> half;
        let maps = word & bits::EXEC != 0 && word & bits::EXEC_INHERIT != 0 && grant.mode != RuleMode::Deny;
        (if maps { bits::MMAP_EXEC } else { 0 }) << half
    });
    let implied = halves.iter().fold(0, |all, half| all | half);
    grant.permissions & !(bits::EXEC_TYPE | bits::EXEC_TYPE << bits::OTHER) | implied
}

fn nothing_denied(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    without_effect(semantics, true, "no rule allows any of this: it is denied and logged anyway", reporter);
}

fn only_quiet(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    without_effect(semantics, false, "no rule allows any of this: the rule only keeps it out of the log", reporter);
}

fn without_effect(semantics: &Semantics<'_>, logged: bool, message: &str, reporter: &mut Reporter<'_>) {
    if !semantics.enforces() {
        return;
    }
    for (_, span, grants) in rules(semantics).filter(|&(_, span, _)| semantics.is_own(span)) {
        let idle = grants.iter().all(|&at| {
            let Some(deny) = semantics.grant(at) else { return false };
            deny.mode == RuleMode::Deny
                && (deny.marked == 0) == logged
                && !semantics.grants.iter().enumerate().any(|(place, allow)| {
                    allow.mode != RuleMode::Deny
                        && allow.automaton == deny.automaton
                        && about(allow) & about(deny) != 0
                        && semantics.common(at, place).is_some()
                })
        });
        if idle {
            reporter.report(span, message);
        }
    }
}
