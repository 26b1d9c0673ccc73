//! Modes of profiles, and their other flags.

use super::{ALL, Check, Group, LINUX_6_1, LINUX_6_12, LINUX_7_2, Load, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "modes",
    files: &["modes"],
    loaded: &[
        "deleted (enforce)",
        "deleted-delegated (enforce)",
        "deleted-mediated (enforce)",
        "deleted-not (enforce)",
        "flag-error (enforce)",
        "flag-interruptible (enforce)",
        "in-namespace (enforce)",
        "in-root (enforce)",
        "lost (enforce)",
        "lost-attached (enforce)",
        "lost-below (enforce)",
        "mode-audit (enforce)",
        "mode-complain (complain)",
        "mode-complain//known (enforce)",
        "mode-default (unconfined)",
        "mode-kill (kill)",
        "mode-unconfined (unconfined)",
    ],
    warns: &[("rule-not-enforced", ALL)],
    there: &["/modes/there", "/modes/denied", "/modes/root/inner"],
    probes: &["/modes/probe"],
    checks: CHECKS,
    ..PLAIN
};

/// A profile mode of its own, from Linux 6.12 on.
pub(super) const PROMPT: Group = Group {
    name: "mode-prompt",
    files: &["mode-prompt"],
    loaded: &["mode-prompt (user)"],
    kernels: &[LINUX_6_12, LINUX_7_2],
    there: &["/modes/there"],
    checks: PROMPT_CHECKS,
    ..PLAIN
};

/// Linux 6.1 does not know that mode.
pub(super) const PROMPT_6_1: Group = Group {
    name: "mode-prompt-6.1",
    files: &["mode-prompt"],
    load: Load::Checks,
    kernels: &[LINUX_6_1],
    warns: &[("refuses to load the profile", &[LINUX_6_1])],
    checks: &[check("load mode-prompt", "Protocol error"), check("profiles", "")],
    ..PLAIN
};

const CHECKS: &[Check] = &[
    // complain: what is not allowed is logged and done, what is denied is neither.
    check("probe in mode-complain open-read /modes/there", "ok").logs(&[&[
        "ALLOWED",
        "name=\"/modes/there\"",
        "denied_mask=\"r\"",
    ]]),
    check("probe in mode-complain open-read /modes/denied", "EACCES").silent(),
    check("probe in mode-complain sethostname kernel", "ok").logs(&[&["ALLOWED", "capname=\"sys_admin\""]]),
    check("probe in mode-complain label", "mode-complain (complain)"),
    check("probe in mode-complain run /modes/probe label", "mode-complain//null-/modes/probe (complain)"),
    check("probe in mode-complain hat unknown label", "mode-complain//null-unknown (complain)"),
    check("probe in mode-complain hat known open-read /modes/there", "EACCES"),
    // kill
    check("probe status in mode-kill open-read /modes/there", "signal 9").logs(&[&["KILLED", "operation=\"open\""]]),
    check("probe status in mode-kill sethostname kernel", "signal 9").logs(&[&["KILLED", "capname=\"sys_admin\""]]),
    // unconfined and default_allow
    check("probe in mode-unconfined label", "mode-unconfined (unconfined)"),
    check("probe in mode-unconfined open-read /modes/denied", "ok"),
    check("probe in mode-unconfined sethostname kernel", "ok"),
    check("probe in mode-default label", "mode-default (unconfined)"),
    check("probe in mode-default open-read /modes/denied", "ok"),
    // audit
    check("probe in mode-audit open-read /modes/there", "ok").logs(&[&["AUDIT", "name=\"/modes/there\""]]),
    // No kernel knows these two.
    check("probe in flag-error open-read /modes/there", "EACCES"),
    check("probe in flag-interruptible open-read /modes/there", "EACCES"),
    // Paths that lead to no root.
    check("probe disconnected lost open-read there", "EACCES")
        .logs(&[&["info=\"Failed name lookup - disconnected path\""]]),
    check("probe disconnected lost-attached open-read there", "ok").silent(),
    check("probe disconnected lost-attached open-write made", "ok").silent(),
    check("probe disconnected lost-attached open-write other", "EACCES").logs(&[&["name=\"/lost/other\""]]),
    check("probe disconnected lost-below open-read there", "ok"),
    check("probe disconnected lost-below open-write made", "EACCES"),
    check("probe deleted deleted /modes/deleted", "ok"),
    check("probe deleted deleted-mediated /modes/deleted", "ok"),
    check("probe deleted deleted-delegated /modes/deleted", "ok"),
    check("probe deleted deleted-not /modes/deleted", "EACCES"),
    // Paths below another root.
    check("probe in-root /modes/root in in-root open-read /inner", "ok"),
    check("probe in-root /modes/root in in-namespace open-read /inner", "ok"),
    check("probe in in-root open-read /modes/root/inner", "EACCES"),
];

const PROMPT_CHECKS: &[Check] = &[
    check("probe in mode-prompt label", "mode-prompt (user)"),
    check("probe in mode-prompt open-read /modes/there", "EACCES"),
];
