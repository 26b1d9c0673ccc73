#![doc = include_str!("no_upstream_kernel.md")]

use std::sync::LazyLock;

use crate::diagnostic::Severity;
use crate::features::Features;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::{ProfileFlag, RuleKind};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0317",
    name: "no-upstream-kernel",
    severity: Severity::Note,
    page: page!("AA0317", "no_upstream_kernel"),
    check: Check::Item(check),
    ..Rule::BASE
};

/// The upstream kernels that armorer knows.
static KERNELS: LazyLock<Vec<Features>> =
    LazyLock::new(|| Features::builtin_names().filter_map(Features::builtin).collect());

/// The kernel features that a class of rules or a flag needs.
fn needs(view: &ItemView<'_>) -> Option<(&'static str, &'static [&'static str])> {
    use crate::syntax::ast::ItemKind;
    match &view.item.kind.value {
        ItemKind::Rule(rule) => Some(match &rule.kind {
            RuleKind::Mqueue(_) => ("message queues", &["ipc/posix_mqueue", "ipc/sysv_mqueue"]),
            RuleKind::IoUring(_) => ("io_uring", &["io_uring"]),
            RuleKind::Userns(_) => ("user namespaces", &["namespaces/mask/userns_create"]),
            RuleKind::Dbus(_) => ("D-Bus", &["dbus"]),
            RuleKind::Unix(_) => ("unix sockets", &["network_v9/af_unix", "network/af_unix"]),
            RuleKind::Network(network) if !network.conditions.is_empty() => {
                ("addresses and ports", &["network_v8/af_inet", "network_v9/af_inet"])
            }
            _ => return None,
        }),
        ItemKind::Profile(profile) => {
            let flags = profile.flags.as_ref()?;
            flags.iter().find_map(|flag| match flag.value.value()? {
                ProfileFlag::Interruptible => Some(("the flag `interruptible`", &["policy/profile/interruptible"][..])),
                ProfileFlag::Error(_) => Some(("the flag `error`", &["policy/profile/error"][..])),
                _ => None,
            })
        }
        _ => None,
    }
}

fn check(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((what, paths)) = needs(view) else { return };
    if !KERNELS.iter().any(|kernel| paths.iter().any(|path| kernel.supports(path))) {
        let place = match &view.item.kind.value {
            crate::syntax::ast::ItemKind::Profile(profile) => profile.name.span,
            _ => view.span(),
        };
        reporter.report(place, format!("no upstream kernel mediates {what}"));
    }
}
