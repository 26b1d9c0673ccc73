//! Rings that the kernel polls, and those that act with the credentials of somebody else.

use super::{Check, Group, LINUX_6_1, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "io_uring",
    files: &["io_uring"],
    loaded: &[
        "ring-label (enforce)",
        "ring-may (enforce)",
        "ring-none (enforce)",
        "ring-poll (enforce)",
        "ring-source (enforce)",
    ],
    warns: &[("rule-not-enforced", &[LINUX_6_1])],
    checks: CHECKS,
    ..PLAIN
};

/// Linux 6.1 does not mediate this.
const NOT_MEDIATED: &[(&str, &str)] = &[(LINUX_6_1, "ok")];

const CHECKS: &[Check] = &[
    check("probe in ring-may uring-poll", "ok").silent(),
    check("probe in ring-poll uring-poll", "ok").silent(),
    check("probe in ring-label uring-poll", "EACCES").except(NOT_MEDIATED).logs(&[&[
        "DENIED",
        "operation=\"uring_sqpoll\"",
        "denied=\"sqpoll\"",
    ]]),
    check("probe in ring-none uring-poll", "EACCES").except(NOT_MEDIATED).silent(),
    check("probe uring-creds ring-may", "ok").silent(),
    check("probe uring-creds ring-label", "EACCES").except(NOT_MEDIATED).logs(&[&[
        "DENIED",
        "operation=\"uring_override\"",
        "denied=\"override_creds\"",
        "tcontext=\"unconfined\"",
    ]]),
    check("probe uring-creds ring-none", "EACCES").except(NOT_MEDIATED),
    check("probe in ring-source uring-creds ring-label", "ok").except(NOT_MEDIATED).logs(&[&[
        "AUDIT",
        "operation=\"uring_override\"",
        "tcontext=\"ring-source\"",
    ]]),
];
