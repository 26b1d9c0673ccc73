//! Message queues. No kernel mediates them, so that no rule decides anything; queues of POSIX are files of a mount that is nowhere.

use super::{ALL, Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "mqueue",
    files: &["mqueue"],
    loaded: &["queue-denied (enforce)", "queue-disconnected (enforce)", "queue-may (enforce)"],
    warns: &[("rule-not-enforced", ALL)],
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("probe in queue-may mq-open queue-one", "ok").silent(),
    check("probe in queue-denied mq-open queue-one", "ok").silent(),
    check("probe in queue-denied sysv-queue 4711", "ok").silent(),
    check("probe in queue-disconnected mq-open queue-one", "EACCES")
        .logs(&[&["disconnected path", "name=\"queue-one\""]]),
    check("probe mq-unlink queue-one", "ok"),
];
