//! User namespaces.

use super::{Check, Group, LINUX_6_1, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "userns",
    files: &["userns"],
    loaded: &[
        "userns-audited (enforce)",
        "userns-back (enforce)",
        "userns-denied (enforce)",
        "userns-may (enforce)",
        "userns-none (enforce)",
    ],
    warns: &[("rule-not-enforced", &[LINUX_6_1])],
    checks: CHECKS,
    ..PLAIN
};

/// Linux 6.1 does not mediate this.
const NOT_MEDIATED: &[(&str, &str)] = &[(LINUX_6_1, "ok")];

const CHECKS: &[Check] = &[
    check("probe in userns-may userns", "ok").silent(),
    check("probe in userns-audited userns", "ok").except(NOT_MEDIATED).logs(&[&[
        "AUDIT",
        "operation=\"userns_create\"",
        "requested=\"userns_create\"",
    ]]),
    check("probe in userns-denied userns", "EACCES").except(NOT_MEDIATED).silent(),
    check("probe in userns-back userns", "ok").silent(),
    check("probe in userns-none userns", "EACCES").except(NOT_MEDIATED).logs(&[&[
        "DENIED",
        "operation=\"userns_create\"",
        "denied=\"userns_create\"",
    ]]),
];
