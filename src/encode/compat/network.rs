//! Rules about sockets.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::encode::EncodedProfile;
use crate::encode::contribution::{ContributionMode, ContributionOrigin, DiagnosticCollector};
use crate::encode::network::{fold, mediates_conditions};
use crate::encode::support::{SocketSupport, Support};
use crate::policy::{NetworkRule, Policy, Rule, RuleKind, UnixRule};
use crate::vocab::{NetworkPermissions, families};

/// A rule about sockets of any family.
pub(super) fn rule(
    rule: &NetworkRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
) {
    let denies = origin.mode == ContributionMode::Deny;
    let classes = matches!(support.network, SocketSupport::Class(_));
    if denies && support.network != SocketSupport::None && !mediates_conditions(rule, support) {
        let message = if support.inet {
            "the target kernel does not mediate interfaces: the rule is ignored"
        } else {
            "the target kernel does not mediate addresses, ports, interfaces and labels: the rule is ignored"
        };
        reports.push(
            Diagnostic::new(Code::RefDenyWider, message, origin.span)
                .with_help("remove the conditions to deny the whole family, as apparmor_parser does"),
        );
        return;
    }
    if !classes {
        return;
    }
    let mut addressed = rule
        .families
        .iter()
        .filter(|selection| support.inet && matches!(selection.family, families::INET | families::INET6));
    if denies && (support.skb || addressed.clone().next().is_some()) {
        // It extends a deny to the prefixes of what it denies.
        let message = "apparmor_parser makes this rule override all other rules of the same family and type";
        reports.push(Diagnostic::new(Code::RefDenyWider, message, origin.span));
    }
    if addressed.any(|selection| selection.protocol.is_some()) {
        let message = "apparmor_parser encodes the protocol as a mask, but the kernel expects its number";
        reports.push(Diagnostic::new(Code::RefIcmp, message, origin.span));
    }
}

/// A unix rule that is derived from a network rule.
pub(super) fn derived(
    rule: &UnixRule,
    origin: ContributionOrigin,
    support: &Support,
    reports: &mut DiagnosticCollector,
) {
    let all = rule.permissions == NetworkPermissions::ALL && rule.peer_label.is_none();
    if support.unix.is_some() && (origin.mode == ContributionMode::Deny || !all || origin.marked) {
        let message = "apparmor_parser ignores the permissions and label of this rule for unix sockets";
        let help = "write `unix` rules: apparmor_parser grants or denies everything here and inverts what is logged";
        reports.push(Diagnostic::new(Code::RefNetworkUnix, message, origin.span).with_help(help));
    }
}

/// Warns where the reference compiler writes another table: it has one for all profiles of a file.
pub(in crate::encode) fn shared_table(
    policy: &Policy,
    encoded: &[EncodedProfile],
    support: &Support,
    diagnostics: &mut Diagnostics,
) {
    if support.network != SocketSupport::Legacy {
        return;
    }
    let shared =
        encoded.windows(2).any(|pair| matches!(pair, [a, b] if a.record.net_allowed_af != b.record.net_allowed_af));
    let denies = |rule: &&Rule| {
        matches!(rule.kind, RuleKind::Network(_)) && ContributionOrigin::of(rule).mode == ContributionMode::Deny
    };
    let denied = policy.all_profiles().flat_map(|profile| &profile.rules).find(denies);
    if let Some(first) = policy.profiles.first().filter(|_| shared) {
        let message = "apparmor_parser gives every profile of this file the socket rules of all profiles";
        diagnostics.push(Diagnostic::new(Code::RefNetworkTable, message, first.span));
    }
    if let Some(rule) = denied {
        let message = "apparmor_parser inverts whether denials of this rule are logged";
        diagnostics.push(Diagnostic::new(Code::RefNetworkTable, message, rule.span));
    }
}

/// Warns of unix rules that the reference compiler takes for those that it makes of a network rule before: what it would make of
/// them for kernels that ask about the family and type of a unix socket only is lost.
pub(super) fn swallowed_unix_rules(rules: &[Rule], support: &Support, reports: &mut DiagnosticCollector) {
    if !matches!(support.network, SocketSupport::Class(_)) {
        return;
    }
    let mut implied: Vec<Rule> = Vec::new();
    let mut written: Vec<&Rule> = Vec::new();
    for rule in rules {
        match &rule.kind {
            RuleKind::Network(_) => {
                let made = rule.derived();
                // The other way round, the rule that is written gets all permissions of the implied one.
                let widened = |before: &&&Rule| {
                    made.iter().filter_map(|made| same_socket(before, made)).any(|(before, made)| {
                        fold((before.permissions | made.permissions).bits()) != fold(NetworkPermissions::ALL.bits())
                    })
                };
                if let Some(before) = written.iter().find(widened) {
                    let message = "because of this rule, apparmor_parser gives an earlier unix rule all permissions";
                    let diagnostic = Diagnostic::new(Code::RefNetworkUnix, message, rule.span);
                    reports.push(diagnostic.and_label(before.span, "the unix rule"));
                }
                implied.extend(made);
            }
            RuleKind::Unix(unix) if unix.peer_label.is_none() => {
                let swallows = |made: &&Rule| {
                    same_socket(rule, made).is_some_and(|(rule, made)| !made.permissions.contains(rule.permissions))
                };
                if let Some(before) = implied.iter().find(swallows) {
                    let message =
                        "apparmor_parser merges this rule into a unix rule derived from an earlier network rule";
                    let diagnostic = Diagnostic::new(Code::RefNetworkUnix, message, rule.span);
                    reports.push(diagnostic.and_label(before.span, "the network rule"));
                }
                written.push(rule);
            }
            _ => {}
        }
    }
}

/// Two unix rules that are about the same sockets. Their permissions are no part of the reference compiler's comparison, as it gives
/// implied rules all.
fn same_socket<'a>(a: &'a Rule, b: &'a Rule) -> Option<(&'a UnixRule, &'a UnixRule)> {
    let (RuleKind::Unix(one), RuleKind::Unix(other)) = (&a.kind, &b.kind) else { return None };
    let bare =
        |rule: &UnixRule| UnixRule { permissions: NetworkPermissions::NONE, from_network: false, ..rule.clone() };
    (a.prefix == b.prefix && bare(one) == bare(other)).then_some((one, other))
}
