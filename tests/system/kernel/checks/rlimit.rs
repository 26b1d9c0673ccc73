//! Resource limits.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "rlimit",
    files: &["rlimit"],
    loaded: &["limits (enforce)"],
    around: ("L='probe as limits /bin/probe'", ""),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("$L limit 0", "180"),
    check("$L limit 1", "2147483648"),
    check("$L limit 2", "104857600"),
    check("$L limit 3", "infinity"),
    check("$L limit 4", "0"),
    check("$L limit 6", "500"),
    check("$L limit 7", "512"),
    check("$L limit 8", "65536"),
    check("$L limit 12", "4096"),
    check("$L limit 13", "0"),
    check("$L limit 14", "0"),
    check("$L limit 15", "1500000"),
    // What is asked for later is measured against the profile, with every capability.
    check("probe in limits set-limit 7 512", "ok").silent(),
    check("probe in limits set-limit 7 513", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"setrlimit\"",
        "rlimit=nofile value=513",
    ]]),
    check("probe in limits set-limit 14 7", "ok").silent(),
    check("probe in limits set-limit 14 8", "EACCES").logs(&[&["rlimit=rtprio value=8"]]),
    check("probe in limits set-limit 9 100000000", "ok").silent(),
    check("probe in limits set-limit 13 15", "ok"),
    check("probe in limits set-limit 13 16", "EACCES"),
];
