//! What kernels mediate.

use std::sync::LazyLock;

use crate::diagnostic::{Code, Severity};
use crate::features::Features;
use crate::lint::check::{Check, ItemView, Reporter};
use crate::lint::rule::Rule;
use crate::syntax::ast::{ProfileFlag, RuleKind};

pub(in crate::lint::rules) static NOT_MEDIATED: Rule = Rule {
    code: "AA0301",
    name: "not-mediated",
    severity: Severity::Note,
    default: false,
    summary: "the target kernel does not mediate what a rule is about",
    why: "The rule does nothing there: what it denies is allowed.",
    bad: "profile p /usr/bin/p {\n  mqueue read type=posix /p,\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Nothing, where the profile is for newer kernels as well. `--features` names the kernel.",
    check: Check::Raised(&[Code::NotEnforced]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static IN_PART: Rule = Rule {
    code: "AA0302",
    name: "mediated-in-part",
    severity: Severity::Note,
    default: false,
    summary: "the target kernel mediates only a part of what a rule says",
    why: "Conditions that it does not know are dropped: an allow is wider than it looks.",
    bad: "profile p /usr/bin/p {\n  network inet stream ip=127.0.0.1,\n}\n",
    good: "profile p /usr/bin/p {\n  network inet stream,\n}\n",
    remedy: "Nothing, where the profile is for newer kernels as well. `--features` names the kernel.",
    check: Check::Raised(&[Code::Downgraded]),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NO_UPSTREAM: Rule = Rule {
    code: "AA0317",
    name: "no-upstream-kernel",
    severity: Severity::Note,
    summary: "no upstream kernel mediates what a rule is about",
    why: "Only kernels of some distributions have it: elsewhere the rule does nothing.",
    bad: "profile p /usr/bin/p flags=(interruptible) {\n  /etc/p.conf r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.conf r,\n}\n",
    remedy: "Say in a comment which kernels it is for. The upstream kernels that armorer knows are Linux 6.1, 6.12 and 7.2.",
    check: Check::Item(no_upstream),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CAPABILITY: Rule = Rule {
    code: "AA0318",
    name: "unknown-capability",
    summary: "the target kernel does not know a capability",
    why: "apparmor_parser makes `chown` of it.",
    bad: "abi <abi/future>,\n\nprofile p /usr/bin/p {\n  capability teleport,\n}\n",
    good: "abi <abi/future>,\n\nprofile p /usr/bin/p {\n  capability sys_admin,\n}\n",
    remedy: "Leave it out for that kernel.",
    check: Check::Raised(&[Code::CapUnknown]),
    ..Rule::BASE
};

/// The upstream kernels that armorer knows.
static KERNELS: LazyLock<Vec<Features>> =
    LazyLock::new(|| Features::builtin_names().filter_map(Features::builtin).collect());

/// What a class of rules or a flag needs of a kernel.
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

fn no_upstream(view: &ItemView<'_>, reporter: &mut Reporter<'_>) {
    let Some((what, paths)) = needs(view) else { return };
    if !KERNELS.iter().any(|kernel| paths.iter().any(|path| kernel.supports(path))) {
        let place = match &view.item.kind.value {
            crate::syntax::ast::ItemKind::Profile(profile) => profile.name.span,
            _ => view.span(),
        };
        reporter.report(place, format!("no upstream kernel mediates {what}"));
    }
}
