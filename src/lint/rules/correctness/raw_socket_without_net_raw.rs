#![doc = include_str!("raw_socket_without_net_raw.md")]

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::RuleKind;
use crate::vocab::Capability;

use super::shared::has_capability;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0231",
    name: "raw-socket-without-net-raw",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    page: page!("AA0231", "raw_socket_without_net_raw"),
    check: Check::Profile(check),
    ..Rule::BASE
};

/// The families whose raw sockets take the capability: inet, inet6, and every socket of packet.
const FAMILIES: [u16; 2] = [2, 10];

const PACKET: u16 = 17;

const RAW_TYPE: u32 = 1 << 3;

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if has_capability(view, Capability::NetRaw) {
        return;
    }
    let first = view.allowed().find(|rule| match &rule.kind {
        RuleKind::Network(network) if network.names_family && rule.span.source == view.input => network
            .families
            .iter()
            .any(|family| family.family == PACKET || FAMILIES.contains(&family.family) && family.types == RAW_TYPE),
        _ => false,
    });
    if let Some(rule) = first {
        reporter.report(
            rule.span,
            format!("`{}` does not have `capability net_raw`, without which raw sockets fail", view.profile.name),
        );
    }
}
