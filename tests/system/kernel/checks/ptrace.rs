//! Tracing and reading processes.

use super::{Check, Group, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "ptrace",
    files: &["ptrace"],
    loaded: &[
        "/ptrace/not (enforce)",
        "/ptrace/one (enforce)",
        "ptrace-closed (enforce)",
        "ptrace-none (enforce)",
        "ptrace-open (enforce)",
        "ptrace-readable (enforce)",
        "ptrace-tracer (enforce)",
        "ptrace-watched (enforce)",
    ],
    around: ("T='in ptrace-tracer trace PEER'; R='in ptrace-tracer look PEER'", ""),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("probe peer ptrace-open $T", "ok").silent(),
    check("probe peer ptrace-open $R", "ok").silent(),
    check("probe peer ptrace-readable $R", "ok").silent(),
    check("probe peer ptrace-readable $T", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"ptrace\"",
        "profile=\"ptrace-tracer\"",
        "requested_mask=\"trace\" denied_mask=\"trace\" peer=\"ptrace-readable\"",
    ]]),
    check("probe peer ptrace-watched $R", "ok").logs(&[&[
        "AUDIT",
        "requested_mask=\"read\"",
        "peer=\"ptrace-watched\"",
    ]]),
    check("probe peer ptrace-watched $T", "EACCES"),
    // The tracer may, the traced does not want it.
    check("probe peer ptrace-closed $T", "EACCES").logs(&[&[
        "DENIED",
        "profile=\"ptrace-closed\"",
        "requested_mask=\"tracedby\"",
        "peer=\"ptrace-tracer\"",
    ]]),
    check("probe peer ptrace-closed $R", "EACCES").logs(&[&["profile=\"ptrace-closed\"", "requested_mask=\"readby\""]]),
    check("probe peer ptrace-closed look PEER", "ok").silent(),
    check("probe peer ptrace-closed trace PEER", "ok").silent(),
    check("probe in ptrace-none look 1", "EACCES").logs(&[&["profile=\"ptrace-none\"", "requested_mask=\"read\""]]),
    check("probe peer /ptrace/one $T", "ok"),
    check("probe peer /ptrace/one $R", "EACCES"),
    check("probe peer /ptrace/not $T", "EACCES").silent(),
    check("probe in ptrace-tracer look 1", "EACCES").logs(&[&["requested_mask=\"read\"", "peer=\"unconfined\""]]),
    check("probe peer ptrace-readable in /ptrace/one look PEER", "EACCES").logs(&[&[
        "profile=\"ptrace-readable\"",
        "requested_mask=\"readby\"",
        "peer=\"/ptrace/one\"",
    ]]),
    check("probe peer ptrace-watched in /ptrace/one trace PEER", "ok"),
];
