//! Rules that cannot work without another.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::policy::{ProfileMode, RuleKind};
use crate::vocab::capabilities;

pub(in crate::lint::rules) static MOUNT: Rule = Rule {
    code: "AA0230",
    name: "mount-without-sys-admin",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    summary: "a mount or pivot_root rule without `capability sys_admin`",
    why: "The kernel asks for the capability first: without it nothing is mounted, in a user namespace neither.",
    bad: "profile p /usr/bin/p {\n  mount fstype=tmpfs -> /run/p/,\n}\n",
    good: "profile p /usr/bin/p {\n  capability sys_admin,\n  mount fstype=tmpfs -> /run/p/,\n}\n",
    remedy: "Allow the capability, or delete the rule.",
    check: Check::Profile(mount),
    ..Rule::BASE
};

pub(in crate::lint::rules) static RAW: Rule = Rule {
    code: "AA0231",
    name: "raw-socket-without-net-raw",
    severity: Severity::Note,
    confidence: Confidence::Medium,
    summary: "raw or packet sockets without `capability net_raw`",
    why: "The kernel asks for the capability first: without it there is no such socket.",
    bad: "profile p /usr/bin/p {\n  network inet raw,\n}\n",
    good: "profile p /usr/bin/p {\n  capability net_raw,\n  network inet raw,\n}\n",
    remedy: "Allow the capability, or delete the rule.",
    check: Check::Profile(raw),
    ..Rule::BASE
};

fn has(view: &ProfileView<'_>, name: &[u8]) -> bool {
    let bit = capabilities::number(name).and_then(|number| 1_u64.checked_shl(number.into())).unwrap_or(0);
    let confines = matches!(view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill);
    !confines || view.capabilities().any(|(_, mask)| mask & bit != 0)
}

fn mount(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if has(view, b"sys_admin") {
        return;
    }
    let of_mounts = |kind: &RuleKind| matches!(kind, RuleKind::Mount(_) | RuleKind::PivotRoot(_));
    // One is enough to say it.
    let first = view.allowed().find(|rule| of_mounts(&rule.kind) && rule.span.source == view.input);
    if let Some(rule) = first {
        reporter.report(rule.span, format!("`{}` has no `capability sys_admin`", view.profile.name));
    }
}

/// The families whose raw sockets take the capability: inet, inet6, and every socket of packet.
const FAMILIES: [u16; 2] = [2, 10];
const PACKET: u16 = 17;
const RAW_TYPE: u32 = 1 << 3;

fn raw(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    if has(view, b"net_raw") {
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
        reporter.report(rule.span, format!("`{}` has no `capability net_raw`", view.profile.name));
    }
}
