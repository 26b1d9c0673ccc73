#![doc = include_str!("writable_user_startup.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0123",
    name: "writable-user-startup",
    confidence: Confidence::Medium,
    page: page!("AA0123", "writable_user_startup"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/home/q/.bashrc",
            "/home/q/.profile",
            "/home/q/.bash_profile",
            "/home/q/.zshrc",
            "/home/q/.ssh/authorized_keys",
            "/home/q/.ssh/config",
            "/home/q/.config/autostart/q.desktop",
            "/home/q/.config/systemd/user/q.service",
            "/home/q/.config/environment.d/q.conf",
            "/home/q/.local/bin/q",
            "/root/.ssh/authorized_keys",
            "/root/.bashrc",
        ],
        below: &[],
        what: "which the user's session runs",
    }),
    ..Rule::BASE
};
