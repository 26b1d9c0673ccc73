#![doc = include_str!("exec_from_writable_directory.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0128",
    name: "exec-from-writable-directory",
    confidence: Confidence::Medium,
    page: page!("AA0128", "exec_from_writable_directory"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Exec,
        files: &["/tmp/q", "/var/tmp/q", "/dev/shm/q", "/tmp/q/q", "/var/tmp/q/q"],
        below: &[],
        what: "which any user can write",
    }),
    ..Rule::BASE
};
