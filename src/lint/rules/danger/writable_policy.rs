#![doc = include_str!("writable_policy.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0120",
    name: "writable-policy",
    page: page!("AA0120", "writable_policy"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/sys/kernel/security/apparmor/.load",
            "/sys/kernel/security/apparmor/.replace",
            "/sys/kernel/security/apparmor/.remove",
            "/etc/apparmor.d/usr.bin.q",
            "/etc/apparmor.d/local/usr.bin.q",
            "/etc/apparmor.d/abstractions/base",
            "/etc/apparmor/parser.conf",
            "/var/cache/apparmor/q",
        ],
        below: &[],
        what: "which is AppArmor policy",
    }),
    ..Rule::BASE
};
