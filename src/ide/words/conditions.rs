//! Names of conditions, by the rule they stand in.

use super::WordTable;
use crate::ide::construct::Construct;

const NETWORK: WordTable = &[
    ("ip", "The local IP address, `none` for none; in `peer=(…)` the other side's."),
    ("port", "The local port, or a range `from-to`; in `peer=(…)` the other side's."),
    ("interface", "The network interface."),
    ("label", "The label of the socket; in `peer=(…)` the other side's."),
    ("peer", "Conditions on the other side: `peer=(ip=ADDRESS port=PORT)`."),
];

const UNIX: WordTable = &[
    ("type", "The socket type: `stream`, `dgram` or `seqpacket`."),
    (
        "addr",
        "The address: `none` for unnamed sockets, `auto` for those the kernel names, or an abstract name after `@`. Sockets in the file system have file rules.",
    ),
    ("label", "The label of the other side; only in `peer=(…)`."),
    ("peer", "Conditions on the other side: `peer=(label=NAME, addr=@NAME)`."),
    ("protocol", "The protocol; no kernel looks at it, and no compiler takes it."),
];

const DBUS: WordTable = &[
    ("bus", "The bus: `system`, `session`, `fcitx`, `accessibility`, or an address."),
    ("path", "The object's path."),
    ("interface", "The interface of the message."),
    ("member", "The method or signal."),
    ("name", "The name on the bus: outside of `peer=(…)` the own one, with `bind`; inside the other side's."),
    ("label", "The other side's label; only in `peer=(…)`."),
    ("peer", "Conditions on the other side: `peer=(name=NAME, label=PROFILE)`."),
];

const SIGNAL: WordTable = &[
    ("set", "The signals; without it, all."),
    ("peer", "The label of the other task: a profile's name or a pattern; without it, any."),
];

const PTRACE: WordTable = &[("peer", "The label of the other task: a profile's name or a pattern; without it, any.")];

const MOUNT: WordTable = &[
    ("fstype", "The type of the file system: a name, a pattern or a list."),
    ("vfstype", "The same as `fstype`: the type of the file system."),
    ("options", "Mount options: with `=` exactly these, with `in` any selection of them."),
    ("option", "The same as `options`: mount options."),
];

const PIVOT_ROOT: WordTable = &[("oldroot", "Where the old root is mounted.")];

const MQUEUE: WordTable = &[
    ("type", "`posix` or `sysv`; without it, as the name says: a path is POSIX, a number System V."),
    ("label", "The label of the queue's creator."),
];

const IO_URING: WordTable =
    &[("label", "The label whose credentials are taken on."), ("peer", "Conditions on the other side.")];

const HEADER: WordTable = &[
    ("flags", "The mode of the profile and how it treats special cases: `flags=(complain, attach_disconnected)`."),
    (
        "xattrs",
        "The profile attaches only to executables whose extended attributes have these values: `xattrs=(NAME=VALUE)`.",
    ),
    ("identities", "The identities a profile is for: `+identities=(…)`. No kernel knows them yet."),
];

/// The values of the conditions that have fixed ones.
pub(super) const QUEUE_TYPES: WordTable = &[
    ("posix", "POSIX message queues, whose names begin with `/` (`mq_overview(7)`)."),
    ("sysv", "System V message queues, whose names are numbers (`msgget(2)`)."),
];

/// Well-known buses.
pub(super) const BUSES: WordTable = &[
    ("system", "The bus of the machine's services."),
    ("session", "The bus of the user's session."),
    ("accessibility", "The bus of assistive technologies."),
    ("fcitx", "The bus of the input method fcitx."),
];

/// Special addresses of unix sockets.
pub(super) const ADDRESSES: WordTable = &[
    ("none", "Unnamed sockets, such as those of `socketpair(2)`."),
    ("auto", "Sockets that the kernel names (`bind(2)` without a name)."),
];

/// The names of conditions of a construct.
pub(super) fn of(construct: Construct) -> WordTable {
    match construct {
        Construct::Network => NETWORK,
        Construct::Unix => UNIX,
        Construct::Dbus => DBUS,
        Construct::Signal => SIGNAL,
        Construct::Ptrace => PTRACE,
        Construct::Mount | Construct::Remount | Construct::Umount => MOUNT,
        Construct::PivotRoot => PIVOT_ROOT,
        Construct::Mqueue => MQUEUE,
        Construct::IoUring => IO_URING,
        Construct::Profile | Construct::Hat => HEADER,
        _ => &[],
    }
}
