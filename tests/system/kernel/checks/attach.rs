//! The profile that a program gets by its path and its extended attributes. Those of `user` exist in memory from Linux 6.6 on, those of
//! `trusted` on every kernel.

use super::{Check, Group, LINUX_6_1, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "attach",
    files: &["attach"],
    loaded: &[
        "attach-either (enforce)",
        "attach-glob (enforce)",
        "attach-longer (enforce)",
        "attach-plain (enforce)",
        "attach-signed (enforce)",
        "attach-tie-1 (enforce)",
        "attach-tie-2 (enforce)",
        "attach-two (enforce)",
        "attach-user (enforce)",
    ],
    probes: &[
        "/attach/glob",
        "/attach/globbed-twice",
        "/attach/one",
        "/attach/plain",
        "/attach/tie-a",
        "/attach/tie-b",
        "/attach/tie-c",
        "/attach/two/deep",
        "/attach/two/other",
    ],
    around: (
        "cd /attach; cp plain signed; cp plain signed-two; cp plain user; cd /",
        "rm /attach/signed /attach/signed-two /attach/user",
    ),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    check("/attach/plain label", "attach-plain (enforce)"),
    check("/attach/glob label", "attach-glob (enforce)"),
    check("/attach/globbed-twice label", "attach-longer (enforce)"),
    check("/attach/one label", "attach-either (enforce)"),
    check("/attach/two/deep label", "attach-either (enforce)"),
    check("/attach/two/other label", "unconfined"),
    // Two attachments that are equally good decide nothing.
    check("/attach/tie-a label", "attach-tie-1 (enforce)"),
    check("/attach/tie-b label", "unconfined"),
    check("/attach/tie-c label", "attach-tie-2 (enforce)"),
    // Extended attributes.
    check("/attach/signed label", "unconfined"),
    check("probe set-xattr /attach/signed trusted.kind good-thing", "ok"),
    check("/attach/signed label", "attach-signed (enforce)"),
    check("probe set-xattr /attach/signed trusted.kind bad-thing", "ok"),
    check("/attach/signed label", "unconfined"),
    check("/attach/signed-two label", "unconfined"),
    check("probe set-xattr /attach/signed-two trusted.kind good-one", "ok"),
    check("/attach/signed-two label", "attach-signed (enforce)"),
    check("probe set-xattr /attach/signed-two trusted.level any", "ok"),
    check("/attach/signed-two label", "attach-two (enforce)"),
    check("/attach/user label", "unconfined"),
    check("probe set-xattr /attach/user user.kind any", "ok").except(&[(LINUX_6_1, "EOPNOTSUPP")]),
    check("/attach/user label", "attach-user (enforce)").except(&[(LINUX_6_1, "unconfined")]),
];
