//! Mediation classes: the first byte of every string of a policydb (kernel: `AA_CLASS_…`), and the names of their
//! permissions.

use std::borrow::Cow;

/// The classes that a kernel looks up one by one when it loads a profile; others are never asked for.
pub const MEDIATED: std::ops::RangeInclusive<u8> = 2..=32;

/// Name of a class.
#[must_use]
pub fn name(class: u8) -> Cow<'static, str> {
    let name = match class {
        2 => "file",
        3 => "capability",
        4 => "network (v7)",
        5 => "rlimit",
        6 => "domain",
        7 => "mount",
        9 => "ptrace",
        10 => "signal",
        14 => "network (v8)",
        15 => "network",
        16 => "label",
        17 => "posix_mqueue",
        18 => "sysv_mqueue",
        21 => "userns",
        22 => "io_uring",
        30 => "network (skb)",
        32 => "dbus",
        _ => return format!("class {class}").into(),
    };
    name.into()
}

/// Names of the permission bits of a class; for label classes the byte after the class tells which.
#[must_use]
pub fn permissions(class: u8) -> &'static [(u32, &'static str)] {
    match class {
        4 | 14 | 15 | 30 => &NETWORK,
        7 => &[(0x1, "pivot_root"), (0x2, "mount"), (0x4, "umount"), (0x40, "match_data")],
        9 => &[(0x2, "trace"), (0x4, "read"), (0x8, "tracedby"), (0x10, "readby")],
        10 => &[(0x2, "send"), (0x4, "receive")],
        17 | 18 => &QUEUE,
        21 => &[(0x8, "create")],
        22 => &[(0x8, "override_creds"), (0x10, "sqpoll")],
        32 => &[(0x2, "send"), (0x4, "receive"), (0x20, "eavesdrop"), (0x40, "bind")],
        _ => &[],
    }
}

/// The bit that compilers set after the byte of each class that is mediated.
pub(super) const MEDIATED_MARK: u32 = 0x4;

/// Bits that say no more than that the class is mediated: kernels ask for others only.
pub(crate) fn unasked(class: u8) -> u32 {
    // Elsewhere the strings that have this mark and those of rules are not the same.
    if matches!(class, 21 | 22) { MEDIATED_MARK } else { 0 }
}

const NETWORK: [(u32, &str); 14] = [
    (0x2, "send"),
    (0x4, "receive"),
    (0x10, "create"),
    (0x20, "shutdown"),
    (0x40, "connect"),
    (0x100, "setattr"),
    (0x200, "getattr"),
    (0x10_0000, "accept"),
    (0x20_0000, "bind"),
    (0x40_0000, "listen"),
    (0x100_0000, "setopt"),
    (0x200_0000, "getopt"),
    (0x800_0000, "continue"),
    (0x8000_0000, "setlabel"),
];

const QUEUE: [(u32, &str); 7] = [
    (0x2, "write"),
    (0x4, "read"),
    (0x10, "create"),
    (0x20, "delete"),
    (0x40, "open"),
    (0x100, "setattr"),
    (0x200, "getattr"),
];
