#![doc = include_str!("writable_startup.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0122",
    name: "writable-startup",
    page: page!("AA0122", "writable_startup"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/etc/cron.d/q",
            "/etc/crontab",
            "/var/spool/cron/crontabs/root",
            "/etc/systemd/system/q.service",
            "/usr/lib/systemd/system/q.service",
            "/run/systemd/system/q.service",
            "/etc/init.d/q",
            "/etc/profile",
            "/etc/profile.d/q.sh",
            "/etc/environment",
            "/etc/bash.bashrc",
            "/etc/sudoers",
            "/etc/sudoers.d/q",
            "/etc/passwd",
            "/etc/shadow",
            "/etc/group",
            "/etc/pam.d/common-auth",
            "/etc/udev/rules.d/99-q.rules",
        ],
        below: &[],
        what: "which root executes or reads as configuration",
    }),
    ..Rule::BASE
};
