//! The cases in which the policy of apparmor_parser 5.0.2 is not what the text says, as far as a kernel shows it.

use super::{Check, EVERY, Group, LINUX_6_1, LINUX_7_2, Load, PLAIN, check, prepare};

pub(super) const GROUP: Group = Group {
    name: "faults",
    files: &["faults"],
    loaded: &[
        "aone (enforce)",
        "bone (enforce)",
        "fault-attachment (enforce)",
        "fault-block (enforce)",
        "fault-child (enforce)",
        "fault-child//one (enforce)",
        "fault-child//one//two (enforce)",
        "fault-deny (enforce)",
        "fault-names (enforce)",
        "fault-subset (enforce)",
        "fault-unix (enforce)",
    ],
    probes: &["/faults/usr/bin/syslogd", "/faults/sbin/syslogd", "/faults/first", "/faults/second"],
    there: &["/faults/file", "/faults/target"],
    checks: CHECKS,
    ..PLAIN
};

pub(super) const SIGNAL: Group = Group {
    name: "fault-signal",
    files: &["fault-signal"],
    loaded: &["fault-signal (kill)"],
    there: &["/faults/file"],
    checks: &[check("probe status in fault-signal open-read /faults/file", "signal 9")
        .except(&[(LINUX_7_2, "signal 10")])
        .reference(&[(LINUX_7_2, "signal 9")])],
    ..PLAIN
};

pub(super) const NAMESPACE: Group = Group {
    name: "fault-namespace",
    files: &["fault-namespace"],
    load: Load::Checks,
    checks: &[
        check("load fault-namespace.0", "ok"),
        check("load fault-namespace.1", "ok").reference(&[(EVERY, "No such file or directory")]),
        check("load fault-namespace", "ok"),
        check("profiles", ":fault-space:fault-namespace (enforce) :fault-space:fault-namespace//child (enforce)"),
    ],
    ..PLAIN
};

pub(super) const OVERLAP: Group = Group {
    name: "fault-overlap",
    files: &["fault-overlap"],
    loaded: &["fault-overlap-long (enforce)", "fault-overlap-short (enforce)"],
    probes: &["/faults/sbin/foobar", "/faults/bin/foobar"],
    checks: &[
        check("/faults/sbin/foobar label", "fault-overlap-long (enforce)")
            .reference(&[(LINUX_6_1, "fault-overlap-short (enforce)")]),
        check("/faults/bin/foobar label", "fault-overlap-short (enforce)"),
    ],
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("/faults/usr/bin/syslogd label", "fault-attachment (enforce)").reference(&[(LINUX_7_2, "unconfined")]),
    check("/faults/sbin/syslogd label", "fault-attachment (enforce)"),
    check("probe in fault-names in aone label", "aone (enforce)").reference(&[(EVERY, "EACCES")]),
    check("probe in fault-names in bone label", "bone (enforce)"),
    check("probe in fault-block chown /faults/file", "ok").reference(&[(EVERY, "EPERM")]),
    check("probe as fault-block /bin/probe limit 7", "256").reference(&[(EVERY, "4096")]),
    check("probe in fault-block socket 2 1 0", "ok").reference(&[(EVERY, "EACCES")]),
    check("probe in fault-unix socket 1 1 0", "ok"),
    check("probe in fault-unix socket 1 1 0 bind=@fault", "bind EACCES").reference(&[(LINUX_7_2, "ok")]),
    check("probe in fault-deny open-read /faults/target", "EACCES").silent().reference_logs(&[&[
        "DENIED",
        "profile=\"fault-deny\"",
        "name=\"/faults/target\"",
    ]]),
    prepare("chown 1000 /faults/file"),
    check("probe in fault-deny open-read /faults/file", "EACCES").silent().reference(&[(EVERY, "ok")]),
    // Only owners of the target are kept from links that give more than the target does.
    check("probe in fault-subset link /faults/target /faults/link", "EACCES"),
    prepare("chown 1000 /faults/target"),
    check("probe in fault-subset link /faults/target /faults/link", "ok"),
    prepare("rm -f /faults/link; chown 0 /faults/target"),
    check("probe in fault-child run /faults/first run /faults/second label", "fault-child//one//two (enforce)")
        .reference(&[(EVERY, "EACCES")]),
];
