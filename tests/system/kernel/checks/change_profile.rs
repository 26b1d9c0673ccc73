//! Transitions that a process asks for.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "change_profile",
    files: &["change_profile", "change-space"],
    loaded: &[
        ":change-space:inner (enforce)",
        "change (enforce)",
        "change-any (enforce)",
        "change-at-exec (enforce)",
        "change-below (enforce)",
        "change-none (enforce)",
        "change-one (enforce)",
        "change-two (enforce)",
        "change//kid (enforce)",
    ],
    probes: &["/change/safe", "/change/unsafe", "/change/other"],
    there: &["/change/one", "/change/two", "/change/shared"],
    around: ("P='probe in change'", ""),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    // At once.
    check("$P in change-one label", "change-one (enforce)").silent(),
    check("$P in change-two label", "change-two (enforce)").silent(),
    check("$P change-profile change-none", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"change_profile\"",
        "profile=\"change\" name=\"change-none\"",
    ]]),
    check("$P change-profile change-missing", "ENOENT").logs(&[&["info=\"label not found\""]]),
    check("$P change-profile change-below", "EACCES"),
    check("$P in change//kid label", "change//kid (enforce)"),
    check("$P in change//kid change-profile change", "EACCES"),
    check("$P in :change-space:inner open-read /proc/self/attr/apparmor/current", "ok"),
    check("$P change-profile :change-space:unconfined", "EACCES"),
    check("probe in change-any in change-none label", "change-none (enforce)"),
    check("probe in change-any in :change-space:inner open-read /proc/self/attr/apparmor/current", "ok"),
    check("probe in change-none change-profile change-one", "EACCES"),
    // At exec.
    check("$P as change-one /bin/probe label", "change-one (enforce)"),
    check("$P as change-at-exec /bin/probe label", "change-at-exec (enforce)"),
    check("$P as change-at-exec /bin/probe secure", "secure"),
    check("$P as change-at-exec /change/safe secure", "secure"),
    check("$P as change-at-exec /change/unsafe secure", "not secure"),
    check("$P as change-at-exec /change/unsafe label", "change-at-exec (enforce)"),
    check("$P as change-at-exec /change/other label", "EACCES").logs(&[&["DENIED", "operation=\"exec\""]]),
    check("$P as change-none /bin/probe label", "EACCES")
        .logs(&[&["operation=\"change_onexec\"", "name=\"change-none\""]]),
    // Stacks.
    check("$P stack change-below label", "change//&change-below (enforce)"),
    check("$P stack change-one label", "EACCES"),
    check("$P stack change-below open-read /change/shared", "ok"),
    check("$P stack change-below open-read /change/one", "EACCES")
        .logs(&[&["profile=\"change-below\"", "name=\"/change/one\""]]),
    check("$P in 'change-one//&change-two' label", "change-one//&change-two (enforce)"),
    check("$P in 'change-one//&change-two' open-read /change/shared", "ok"),
    check("$P in 'change-one//&change-two' open-read /change/one", "EACCES")
        .logs(&[&["DENIED", "profile=\"change-two\""]]),
    check("$P in 'change-one//&change-two' open-read /change/two", "EACCES")
        .logs(&[&["DENIED", "profile=\"change-one\""]]),
    check("probe stack change-one label", "change-one//&unconfined (enforce)"),
    check("probe stack change-one open-read /change/two", "EACCES"),
    check("probe as-stack change-one /bin/probe label", "change-one//&unconfined (enforce)"),
    check("$P as-stack change-below /bin/probe label", "change//&change-below (enforce)"),
    check("$P as-stack change-one /bin/probe label", "EACCES"),
];
