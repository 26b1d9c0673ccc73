//! The cases in which the reference compiler writes other tables than it should, so that a profile means something else.
//!
//! Nothing here changes a blob: the rest of the module reads as if the reference were right, and asks at a few points what is to be
//! said about it. [`rule`] looks at one rule, [`rules`] at all of a profile, [`header`] at what is no rule, [`file()`] at all
//! profiles of a file, and [`automata`] at what they became.

pub(super) mod automata;
mod mqueue;
mod network;

use super::contribution::{ContributionOrigin, DiagnosticCollector};
use super::profile::Contributions;
use super::support::Support;
use super::transitions::PACKED_LIMIT;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Profile, ProfileMode, Rule, RuleKind, RuleOrigin};

pub(super) use network::shared_table as file;

/// Reports what goes wrong with one rule.
pub(super) fn rule(rule: &Rule, origin: ContributionOrigin, support: &Support, reports: &mut DiagnosticCollector) {
    match &rule.kind {
        RuleKind::Network(rule) => network::rule(rule, origin, support, reports),
        RuleKind::Unix(unix) if rule.origin == RuleOrigin::Derived => network::derived(unix, origin, support, reports),
        RuleKind::Mqueue(rule) => mqueue::rule(rule, support, reports),
        _ => {}
    }
}

/// Reports what goes wrong with the rules of a profile together.
pub(super) fn rules(
    profile: &Profile,
    contributions: &Contributions,
    support: &Support,
    reports: &mut DiagnosticCollector,
) {
    if let Some(span) = contributions.transitions.beyond_packed() {
        let message = format!("apparmor_parser rejects more than {PACKED_LIMIT} different exec targets");
        reports.push(Diagnostic::new(Code::RefLimit, message, span));
    }
    network::swallowed_unix_rules(&profile.rules, support, reports);
    let confines = !matches!(profile.flags.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow);
    if confines && contributions.file.is_empty() && support.table.is_some() && !reports.has_errors() {
        let message = "apparmor_parser lets this profile lock files that it inherits, although it has no file rules";
        reports.push(Diagnostic::new(Code::RefLock, message, profile.span));
    }
}

/// Reports what goes wrong with what is no rule.
pub(super) fn header(profile: &Profile, support: &Support, reports: &mut DiagnosticCollector) {
    if profile.flags.kill_signal.is_some() && support.kill_signal && !support.kill_signal_in_policy {
        let message = "apparmor_parser omits `kill.signal`: it does not recognise that this kernel supports it";
        reports.push(Diagnostic::new(Code::RefKillSignal, message, profile.span));
    }
}
