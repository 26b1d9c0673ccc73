#![doc = include_str!("ptrace_any.md")]

use crate::lint::check::{Check, ProfileView, Reporter};
use crate::lint::rule::Rule;
use crate::policy::RuleKind;
use crate::vocab::{Capability, PtracePermissions};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0114",
    name: "ptrace-any",
    page: page!("AA0114", "ptrace_any"),
    check: Check::Profile(check),
    ..Rule::BASE
};

fn check(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for rule in view.allowed() {
        let RuleKind::Ptrace(found) = &rule.kind else { continue };
        if !found.permissions.contains(PtracePermissions::TRACE) {
            continue;
        }
        let whom = match &found.peer {
            None => "any process".to_owned(),
            Some(peer) if matches!(peer.value.as_bytes(), b"unconfined" | b"**" | b"*") => format!("`{}`", peer.value),
            Some(_) => continue,
        };
        let powerful = view.capabilities().any(|(_, mask)| mask & Capability::SysPtrace.mask() != 0);
        let others = if powerful { ", including those of other users" } else { "" };
        reporter.report(rule.span, format!("{whom} may be traced{others}"));
    }
}
