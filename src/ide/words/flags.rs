//! Words of `flags=(…)`.

use super::WordTable;

/// Modes first.
pub(super) const ALL: WordTable = &[
    ("enforce", "What no rule allows is refused and logged. It is the mode without a word."),
    (
        "complain",
        "What no rule allows is logged and still allowed, for developing profiles. Explicit `deny` rules are enforced.",
    ),
    ("kill", "What no rule allows is refused and logged, and the task is killed."),
    (
        "unconfined",
        "The task is treated as unconfined, under a name of its own. Rules do not restrict it, with few exceptions such as user namespaces on some kernels.",
    ),
    ("default_allow", "What no rule denies is allowed. It compiles like `unconfined`."),
    ("prompt", "What no rule allows is asked of a program in user space."),
    ("audit", "Logs every access, including allowed ones."),
    ("debug", "The kernel logs how it treats the profile, for debugging."),
    (
        "interruptible",
        "A task that waits for the answer to a prompt may be interrupted by signals. It needs a kernel with the feature.",
    ),
    ("chroot_relative", "Paths are relative to the task's root directory (`chroot(2)`)."),
    ("namespace_relative", "Paths are relative to the root of the mount namespace. It is the default."),
    ("mediate_deleted", "Deleted files that are still open are mediated under the path they had."),
    (
        "delegate_deleted",
        "Access to deleted files that are still open goes with the file descriptor. It is the default.",
    ),
    (
        "attach_disconnected",
        "Paths that cannot be reached from the root of the namespace (inherited descriptors, lazily unmounted file systems) are mediated as if attached at `/`. It can be used to reach files under wrong names.",
    ),
    (
        "no_attach_disconnected",
        "Paths that cannot be reached from the root of the namespace are refused. It is the default.",
    ),
    ("chroot_attach", "Paths outside of the task's root directory are mediated as if attached at the root."),
    ("chroot_no_attach", "Paths outside of the task's root directory are refused. It is the default."),
    (
        "attach_disconnected.path",
        "Where disconnected paths are attached: `attach_disconnected.path=/PATH`. It implies `attach_disconnected`.",
    ),
    (
        "attach_disconnected.ipc",
        "IPC objects with disconnected paths (message queues) are mediated as if attached, with `=/PATH` below that path.",
    ),
    ("kill.signal", "The signal that kills a task in mode `kill`: `kill.signal=term`. Without it, `kill`."),
    ("error", "The error that a refused access fails with: `error=EPERM`. Without it, EACCES for most."),
];
