//! Mounts, remounts, unmounts, roots. Each check has its own mounts.

use super::{Check, Group, LINUX_6_1, PLAIN, check};

pub(super) const GROUP: Group = Group {
    name: "mount",
    files: &["mount"],
    loaded: &[
        "mount-any (enforce)",
        "mount-none (enforce)",
        "mount-some (enforce)",
        "pivot (enforce)",
        "pivot-any (enforce)",
        "remount-any (enforce)",
        "umount-any (enforce)",
    ],
    around: (
        "for d in exact choice types audited denied from moved bind rbind there detached private slave remount kept; do mkdir -p /mnt/$d; done
M='probe new-mounts in mount-some'; A='probe new-mounts in mount-any'",
        "",
    ),
    checks: CHECKS,
    ..PLAIN
};

const CHECKS: &[Check] = &[
    // New mounts: the options as they are listed, all of them and no other.
    check("$M mount source /mnt/exact tmpfs ro,nosuid -", "ok").silent(),
    check("$M mount source /mnt/exact tmpfs ro -", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"mount\"",
        "profile=\"mount-some\" name=\"/mnt/exact/\"",
        "fstype=\"tmpfs\" srcname=\"source\" flags=\"ro\"",
    ]]),
    check("$M mount source /mnt/exact tmpfs ro,nosuid,nodev -", "EACCES"),
    check("$M mount other /mnt/exact tmpfs ro,nosuid -", "EACCES").logs(&[&["info=\"failed srcname match\""]]),
    check("$M mount source /mnt/exact ramfs ro,nosuid -", "EACCES").logs(&[&["info=\"failed type match\""]]),
    check("$M mount source /mnt/exact tmpfs ro,nosuid size=1M", "ok"),
    check("$M mount source /mnt/choice tmpfs - -", "ok"),
    check("$M mount source /mnt/choice tmpfs nodev,noexec -", "ok"),
    check("$M mount source /mnt/choice tmpfs nodev -", "ok"),
    check("$M mount source /mnt/choice tmpfs nodev,nosuid -", "EACCES").logs(&[&["info=\"failed flags match\""]]),
    check("$M mount source /mnt/types proc - -", "ok"),
    check("$M mount source /mnt/types sysfs nodev,noexec,nosuid -", "ok"),
    check("$M mount source /mnt/types tmpfs - -", "EACCES"),
    check("$M mount source /mnt/audited tmpfs noatime -", "ok").logs(&[&[
        "AUDIT",
        "operation=\"mount\"",
        "name=\"/mnt/audited/\"",
    ]]),
    check("$M mount source /mnt/denied tmpfs - -", "ok"),
    check("$M mount source /mnt/denied proc - -", "EACCES").silent(),
    check("$M mount source /mnt/elsewhere tmpfs - -", "ENOENT"),
    check("$M mount source /mnt/from tmpfs - -", "EACCES").logs(&[&["info=\"failed mntpnt match\""]]),
    // Binds.
    check("$M mount /mnt/from /mnt/bind - bind -", "ok").silent(),
    check("$M mount /mnt/from /mnt/bind - bind,rec -", "EACCES").logs(&[&["DENIED", "flags=\"rw, rbind\""]]),
    check("$M mount /mnt/from /mnt/rbind - bind,rec -", "ok").silent(),
    check("$M mount /mnt/from /mnt/rbind - bind -", "EACCES"),
    check("$M mount /mnt/exact /mnt/bind - bind -", "EACCES").logs(&[&["srcname=\"/mnt/exact/\""]]),
    // Moves.
    check("probe new-mounts mount source /mnt/moved tmpfs - -", "ok").silent(),
    check("$M mount-detached /mnt/detached", "ok").silent(),
    check("$M mount-detached /mnt/there", "EACCES").except(&[(LINUX_6_1, "ok")]),
    check("$M mount /mnt/moved /mnt/there - move -", "EINVAL").silent(),
    check("$M mount /mnt/from /mnt/there - move -", "EACCES").logs(&[&[
        "DENIED",
        "srcname=\"/mnt/from/\"",
        "flags=\"rw, move\"",
    ]]),
    // Propagation.
    check("$M mount - /mnt/private - private -", "EINVAL").silent(),
    check("$M mount - /mnt/private - private,rec -", "EACCES").logs(&[&["flags=\"rw, rprivate\""]]),
    check("$M mount - /mnt/private - shared -", "EINVAL").silent(),
    check("$M mount - / - slave,rec -", "EACCES"),
    check("$M mount - /mnt - slave,rec -", "EINVAL").silent(),
    check("$M mount - /mnt/slave - slave -", "EACCES"),
    check("$M make-private /", "EACCES"),
    // Remounts.
    check("$M mount - /mnt/remount - remount,ro,nosuid -", "EINVAL").silent(),
    check("$M mount - /mnt/remount - remount,ro,nosuid,nodev -", "EINVAL").silent(),
    check("$M mount - /mnt/remount - remount,ro -", "EACCES").logs(&[&["flags=\"ro, remount\""]]),
    check("$M mount - /mnt/exact - remount,ro,nosuid -", "EACCES"),
    // Unmounts.
    check("$M umount /mnt/exact", "EINVAL").silent(),
    check("$M umount /mnt/kept", "EINVAL"),
    check("$M umount /proc", "EACCES").logs(&[&["DENIED", "operation=\"umount\"", "name=\"/proc/\""]]),
    // A rule without conditions is for each kind of mount.
    check("$A mount source /mnt/from tmpfs nodev size=1M", "ok").silent(),
    check("$A mount /mnt/from /mnt/bind - bind,rec -", "ok").silent(),
    check("$A mount - / - shared,rec -", "ok").silent(),
    check("$A mount - / - remount,nodev -", "ok"),
    check("$A mount /mnt/from /mnt/there - move -", "EINVAL").silent(),
    check("$A mount-detached /mnt/there", "ok").silent(),
    check("$A mount source /mnt/denied tmpfs - -", "EACCES").silent(),
    check("$A umount /proc", "EACCES"),
    check("probe new-mounts in umount-any umount /sys/kernel/security", "ok").silent(),
    check("probe new-mounts in umount-any mount source /mnt/from tmpfs - -", "EACCES"),
    check("probe new-mounts in remount-any mount - / - remount -", "ok").silent(),
    check("probe new-mounts in remount-any mount - / tmpfs - -", "EACCES"),
    check("probe new-mounts in mount-none mount source /mnt/from tmpfs - -", "EACCES"),
    check("probe new-mounts in mount-none umount /proc", "EACCES"),
    check("probe new-mounts in mount-none make-private /", "EACCES"),
    // Roots.
    check("probe new-root in pivot pivot-root /next /next/old", "ok").silent(),
    check("probe new-root in pivot pivot-root /next /next/other", "EACCES").logs(&[&[
        "DENIED",
        "operation=\"pivotroot\"",
        "name=\"/mnt/next/\"",
        "srcname=\"/mnt/next/other/\"",
    ]]),
    check("probe new-root in pivot-any pivot-root /next /next/other", "ok")
        .logs(&[&["AUDIT", "operation=\"pivotroot\""]]),
    check("probe new-root in mount-any pivot-root /next /next/old", "EACCES"),
];
