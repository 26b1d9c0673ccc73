#![doc = include_str!("writable_programs.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0121",
    name: "writable-programs",
    confidence: Confidence::Medium,
    page: page!("AA0121", "writable_programs"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/usr/lib/libq.so.1",
            "/usr/lib/x86_64-linux-gnu/libq.so.1",
            "/usr/lib64/libq.so.1",
            "/usr/local/lib/libq.so.1",
            "/lib/libq.so.1",
            "/lib/x86_64-linux-gnu/libq.so.1",
            "/lib64/libq.so.1",
            "/etc/ld.so.preload",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d/q.conf",
        ],
        below: &["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/bin/", "/sbin/"],
        what: "which other users run",
    }),
    ..Rule::BASE
};
