//! Capabilities.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "capability",
    files: &["capability"],
    loaded: &["capability-all (enforce)", "capability-some (enforce)"],
    there: &["/capability/there"],
    around: ("", "rm -f /capability/device; chown 0:0 /capability/there"),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("probe in capability-some chown /capability/there", "ok").silent(),
    check("probe in capability-some chroot /", "ok").logs(&[&[
        "AUDIT",
        "operation=\"capable\"",
        "capname=\"sys_chroot\"",
    ]]),
    check("probe in capability-some sethostname kernel", "EPERM").silent(),
    check("probe in capability-some nice -5", "EACCES").logs(&[&["DENIED", "capname=\"sys_nice\""]]),
    check("probe in capability-some setuid 1000", "EPERM").logs(&[&["DENIED", "capname=\"setuid\""]]),
    check("probe in capability-some make-device /capability/device", "EPERM").logs(&[&["DENIED", "capname=\"mknod\""]]),
    check("probe in capability-all make-device /capability/device", "EPERM").silent(),
    check("probe in capability-all sethostname kernel", "ok").silent(),
    check("probe in capability-all nice -5", "ok").silent(),
    check("probe in capability-all setuid 1000", "ok").silent(),
];
