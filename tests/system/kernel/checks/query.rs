//! Answers of the kernel about the permissions of a label. This is how D-Bus is mediated: the bus asks.
//!
//! A query is the class and the string that is looked up. From Linux 6.12 on, the permission that would be `lock` (8000) is part of
//! every answer about a class other than files.

use super::{Check, Group, LINUX_6_1, LINUX_6_12, LINUX_7_2, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "query",
    files: &["query"],
    loaded: &["query (enforce)", "query-all (enforce)", "query-empty (enforce)", "query-unconfined (unconfined)"],
    checks: CHECKS,
    ..PLAIN
};

/// Classes that only Linux 7.2 mediates.
const NEW: &[(&str, &str)] = &[(LINUX_6_1, "everything"), (LINUX_6_12, "everything")];

/// Classes that Linux 6.1 does not mediate.
const NOT_6_1: &[(&str, &str)] = &[(LINUX_6_1, "everything")];

const CHECKS: &[Check] = &[
    // D-Bus: send is 2, receive 4, eavesdrop 20, bind 40.
    check(
        r"probe query query '\x20system\x00org.example\x00peer\x00/org/example/a\x00org.example.A\x00GetAll'",
        "allow 8002",
    )
    .except(NEW),
    check(
        r"probe query query '\x20system\x00org.example\x00other\x00/org/example/a\x00org.example.A\x00GetAll'",
        "allow 0",
    )
    .except(NEW),
    check(
        r"probe query query '\x20system\x00org.example\x00peer\x00/org/example/a\x00org.example.C\x00GetAll'",
        "allow 0",
    )
    .except(NEW),
    check(r"probe query query '\x20session\x00org.other\x00peer\x00/any\x00org.any\x00Kill'", "allow 8004 quiet 2")
        .except(NEW),
    check(r"probe query query '\x20session\x00org.other\x00peer\x00/any\x00org.any\x00Other'", "allow 8006")
        .except(NEW),
    check(r"probe query query '\x20session\x00org.example.Name'", "allow 8040").except(NEW),
    check(r"probe query query '\x20session\x00org.example.Other'", "allow 8000").except(NEW),
    check(r"probe query query '\x20session'", "allow 8020 audit 20").except(NEW),
    check(r"probe query query '\x20system'", "allow 8000").except(NEW),
    // Files: read is 244, write 317a, link 40000. What may be set for the next exec is 20000000, a change of profile 40000000.
    check(r"probe query query '\x02/query/read'", "allow 2000337e"),
    check(r"probe query query '\x02/query/audited'", "allow 2000337a audit 317a"),
    check(r"probe query query '\x02/query/denied'", "allow 20000200 quiet 317e"),
    check(r"probe query query '\x02/query/any'", "allow 2000337a"),
    check(r"probe query query '\x02/query/own'", "allow 2000337e"),
    check(r"probe uid 1000 query query '\x02/query/own'", "allow 2000337a"),
    check(r"probe query query '\x02/query/link\x00/query/target'", "allow 40200"),
    check(r"probe query query '\x02/query/link\x00/query/other'", "allow 0"),
    check(r"probe query query '\x02/query/run'", "allow 2000337b"),
    check(r"probe query query '\x02/prompted'", "allow 20000244"),
    check(r"probe query query '\x02/elsewhere'", "allow 20000200"),
    check(r"probe query query '\x02other'", "allow 60000200"),
    // Signals: send is 2, receive 4.
    check(r"probe query query '\x0a\x01peer'", "allow 8002").except(&[(LINUX_6_1, "allow 2")]),
    check(r"probe query query '\x0a\x83peer'", "allow 8002").except(&[(LINUX_6_1, "allow 2")]),
    check(r"probe query query '\x0a\x02peer'", "allow 0"),
    check(r"probe query query '\x0a\x09peer'", "allow 0"),
    // Processes: trace is 2, read 4, traced by 8, read by 10.
    check(r"probe query query '\x10\x09peer'", "allow 800c").except(&[(LINUX_6_1, "allow c")]),
    check(r"probe query query '\x10\x09other'", "allow 0"),
    // Mounts 2, unmounts 4, roots 1.
    check(r"probe query query '\x07/mnt/\x00/dev/sda\x00ext4\x00\x01\x02'", "allow 8002")
        .except(&[(LINUX_6_1, "allow 2")]),
    check(r"probe query query '\x07/mnt/\x00/dev/sda\x00ext4\x00\x02'", "allow 0"),
    check(r"probe query query '\x07/mnt/'", "allow 8004").except(&[(LINUX_6_1, "allow 4")]),
    check(r"probe query query '\x07/new/\x00/new/old/'", "allow 8001").except(&[(LINUX_6_1, "allow 1")]),
    check(r"probe query query '\x07/new/\x00/new/'", "allow 8000").except(&[(LINUX_6_1, "allow 0")]),
    // Sockets by family and type, for older kernels.
    check(r"probe query query '\x0e\x00\x02\x00\x01'", "allow 0")
        .except(&[(LINUX_6_1, "allow 3700376 audit 3700376"), (LINUX_6_12, "allow 3708376 audit 3700376")]),
    check(r"probe query query '\x0e\x00\x02\x00\x03'", "allow 0")
        .except(&[(LINUX_6_1, "allow 0 quiet 3700376"), (LINUX_6_12, "allow 8000 quiet 3700376")]),
    check(r"probe query query '\x0e\x00\x02\x00\x02'", "allow 0"),
    // Sockets, those of unix with address and peer.
    check(r"probe query query '\x0f\x00\x02\x00\x01'", "allow 3708376 audit 3700376").except(NEW),
    check(r"probe query query '\x0f\x00\x02\x00\x03'", "allow 8000 quiet 3700376").except(NEW),
    check(r"probe query query '\x0f\x00\x01\x00\x01\x00\x00\x00name1\x00\x00'", "allow 208000").except(NEW),
    check(r"probe query query '\x0f\x00\x01\x00\x01\x00\x00\x00name1\x00\x00\x02\x00\x01'", "allow 408000").except(NEW),
    check(r"probe query query '\x0f\x00\x01\x00\x01\x00\x00\x00other\x00\x00'", "allow 8000").except(NEW),
    check(r"probe query query '\x0f\x00\x01\x00\x01\x00\x00\x01\x00\x00\x01\x00peer\x00peer'", "allow 8042")
        .except(NEW),
    check(r"probe query query '\x0f\x00\x01\x00\x01\x00\x00\x01\x00\x00\x01\x00peer\x00other'", "allow 8000")
        .except(NEW),
    // User namespaces 8; io_uring: credentials 8, polling 10.
    check(r"probe query query '\x15'", "allow 800c").except(NOT_6_1),
    check(r"probe query query '\x16'", "allow 8014").except(NOT_6_1),
    check(r"probe query query '\x16peer'", "allow 0").except(NOT_6_1),
    // Queues are not mediated, capabilities not asked for here.
    check(r"probe query query '\x11/queue'", "everything"),
    check(r"probe query query '\x12\x00\x00\x12\x67'", "everything"),
    check(r"probe query query '\x03'", "everything"),
    // A profile without rules denies what the kernel mediates.
    check(r"probe query query-empty '\x20session\x00a\x00b\x00/c\x00d\x00e'", "allow 0").except(NEW),
    check(r"probe query query-empty '\x20session'", "allow 0").except(NEW),
    check(r"probe query query-empty '\x02/file'", "allow 0"),
    check(r"probe query query-empty '\x02/file\x00/target'", "allow 0"),
    check(r"probe query query-empty '\x0a\x01peer'", "allow 0"),
    check(r"probe query query-empty '\x10\x09peer'", "everything"),
    check(r"probe query query-empty '\x07/mnt/\x00\x00tmpfs\x00\x01'", "allow 0"),
    check(r"probe query query-empty '\x07/mnt/'", "allow 0"),
    check(r"probe query query-empty '\x0e\x00\x02\x00\x01'", "allow 0"),
    check(r"probe query query-empty '\x0f\x00\x02\x00\x01'", "allow 0").except(NEW),
    check(r"probe query query-empty '\x0f\x00\x01\x00\x01\x00\x00'", "allow 0").except(NEW),
    check(r"probe query query-empty '\x15'", "allow 8004").except(NOT_6_1),
    check(r"probe query query-empty '\x16'", "allow 8004").except(NOT_6_1),
    check(r"probe query query-empty '\x11/queue'", "everything"),
    // A profile with all rules. The reference's rules for mounts, unmounts and roots take on each other's permissions: only a
    // query sees that.
    check(r"probe query query-all '\x20session\x00a\x00b\x00/c\x00d\x00e'", "allow 8006").except(NEW),
    check(r"probe query query-all '\x20session'", "allow 8020").except(NEW),
    check(r"probe query query-all '\x02/file'", "allow 5b37f"),
    check(r"probe query query-all '\x02/file\x00/target'", "allow 48200"),
    check(r"probe query query-all '\x0a\x01peer'", "allow 8006").except(&[(LINUX_6_1, "allow 6")]),
    check(r"probe query query-all '\x10\x09peer'", "allow 801e").except(&[(LINUX_6_1, "allow 1e")]),
    check(r"probe query query-all '\x07/mnt/\x00\x00tmpfs\x00\x01'", "allow 8002")
        .except(&[(LINUX_6_1, "allow 2")])
        .reference(&[(LINUX_6_1, "allow 7"), (LINUX_6_12, "allow 8007"), (LINUX_7_2, "allow 8007")]),
    check(r"probe query query-all '\x07/mnt/'", "allow 8004").except(&[(LINUX_6_1, "allow 4")]).reference(&[
        (LINUX_6_1, "allow 7"),
        (LINUX_6_12, "allow 8007"),
        (LINUX_7_2, "allow 8007"),
    ]),
    check(r"probe query query-all '\x0e\x00\x02\x00\x01'", "allow 0")
        .except(&[(LINUX_6_1, "allow 3700376"), (LINUX_6_12, "allow 3708376")]),
    check(r"probe query query-all '\x0f\x00\x02\x00\x01'", "allow 3708376").except(NEW),
    check(r"probe query query-all '\x0f\x00\x01\x00\x01\x00\x00'", "allow 8010").except(NEW),
    check(r"probe query query-all '\x15'", "allow 800c").except(NOT_6_1),
    check(r"probe query query-all '\x16'", "allow 801c").except(NOT_6_1),
    check(r"probe query query-all '\x11/queue'", "everything"),
    // An unconfined profile mediates nothing.
    check(r"probe query query-unconfined '\x20session\x00a\x00b\x00/c\x00d\x00e'", "everything"),
    check(r"probe query query-unconfined '\x02/file'", "everything"),
    check(r"probe query query-unconfined '\x0a\x01peer'", "everything"),
    check(r"probe query query-unconfined '\x15'", "everything"),
];
