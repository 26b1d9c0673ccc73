#![doc = include_str!("kernel_escape_files.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0125",
    name: "kernel-escape-files",
    page: page!("AA0125", "kernel_escape_files"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/proc/sys/kernel/core_pattern",
            "/proc/sys/kernel/modprobe",
            "/proc/sys/kernel/hotplug",
            "/proc/sys/fs/binfmt_misc/register",
            "/proc/sysrq-trigger",
            "/sys/kernel/uevent_helper",
            "/sys/fs/cgroup/q/release_agent",
            "/sys/kernel/debug/q",
            "/proc/kcore",
        ],
        below: &[],
        what: "which the kernel acts on",
    }),
    ..Rule::BASE
};
