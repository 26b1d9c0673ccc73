#![doc = include_str!("raw_devices.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0124",
    name: "raw-devices",
    page: page!("AA0124", "raw_devices"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/dev/mem",
            "/dev/kmem",
            "/dev/port",
            "/dev/sda",
            "/dev/sda1",
            "/dev/nvme0n1",
            "/dev/vda",
            "/dev/dm-0",
            "/dev/mapper/q",
        ],
        below: &[],
        what: "which bypasses all path rules",
    }),
    ..Rule::BASE
};
