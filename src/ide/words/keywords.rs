//! The words that begin items, prefixes, and the words of expressions.

use super::WordTable;

/// Keywords, each with what it means.
pub(super) const ALL: WordTable = &[
    (
        "abi",
        "Selects the kernel features that the policy was written for. What the ABI does not name is not mediated, even on a kernel that could.",
    ),
    (
        "include",
        "Puts the contents of another file here. `<…>` is looked up in the include directories; a directory stands for all of its files.",
    ),
    ("if exists", "Includes the file only if it exists."),
    ("exists", "After `include if`: a missing file is not an error."),
    (
        "alias",
        "Makes every file and link rule apply to a second path as well: a path that begins with the first prefix is copied with the second in its place.",
    ),
    ("rewrite", "An older word for `alias`."),
    (
        "profile",
        "Begins a profile: what a confined program may do. Inside another profile it is a child, reached by `cx` exec rules.",
    ),
    ("hat", "Begins a hat: a sub-profile that a program enters and leaves by itself with `aa_change_hat(2)`."),
    ("if", "Keeps the rules of the block only where the condition over variables holds when the policy is compiled."),
    ("else", "Keeps the rules of the block where the condition of the `if` before it does not hold."),
    ("defined", "True where a variable has been declared before."),
    ("not", "Negates a condition. It binds more tightly than `and` and `or`."),
    ("and", "True where both conditions are. It binds more tightly than `or`."),
    ("or", "True where at least one of the conditions is."),
    (
        "in",
        "In an expression: every value on the left is among those on the right. In a mount rule: `options in (…)` allows any selection of the listed options.",
    ),
    ("set", "Begins a resource limit: `set rlimit NAME <= VALUE,`. In a signal rule, `set=(…)` lists signals."),
    (
        "rlimit",
        "Sets a resource limit of the task when it enters the profile (`getrlimit(2)`): soft and hard limit are lowered to the value.",
    ),
    ("infinity", "No limit."),
    (
        "file",
        "A file rule; the word may be left out before a path. Alone (`file,`) it grants every file permission on every file, with inheriting exec.",
    ),
    (
        "safe",
        "The environment is scrubbed at this exec (the loader's secure-execution mode, `ld.so(8)`), whatever the case of the exec letters.",
    ),
    (
        "unsafe",
        "The environment is not scrubbed at this exec: variables such as `LD_PRELOAD` reach the new program, whatever the case of the exec letters.",
    ),
    ("link", "Allows creating a hard link with the first path to the file with the second."),
    ("subset", "The permissions on the new link must be a subset of those on its target."),
    (
        "change_profile",
        "Allows the task to ask for another profile (`aa_change_profile(2)`, `aa_change_onexec(2)`). Without a target it may become anything, which is a way out of confinement.",
    ),
    (
        "capability",
        "Allows the use of capabilities (`capabilities(7)`), where the task has them. Without names it is all of them.",
    ),
    (
        "network",
        "Allows the use of sockets, by address family, type, protocol and addresses. Without conditions, all of them.",
    ),
    (
        "unix",
        "Allows the use of unix sockets, by type, address and the peer's label, where they are not names in the file system.",
    ),
    ("dbus", "Allows D-Bus messages and the ownership of names. The bus daemon enforces it, not the kernel."),
    (
        "signal",
        "Allows sending signals to, or receiving them from, tasks under other profiles. The profiles of both sides must agree.",
    ),
    (
        "ptrace",
        "Allows tracing tasks, being traced, and reading their state in `/proc`. The profiles of both sides must agree.",
    ),
    ("mount", "Allows mounting file systems. It also needs `capability sys_admin`."),
    ("remount", "Allows changing the options of a mount."),
    ("umount", "Allows unmounting."),
    ("unmount", "The same as `umount`."),
    ("pivot_root", "Allows changing the root file system (`pivot_root(2)`)."),
    ("mqueue", "Allows the use of message queues, POSIX (`mq_overview(7)`) or System V (`msgget(2)`)."),
    (
        "userns",
        "Allows creating user namespaces, which give a task all capabilities inside them and a large surface of the kernel to attack.",
    ),
    ("io_uring", "Allows privileged uses of `io_uring(7)`."),
    (
        "all",
        "Everything: one bare rule of each kind, and exec that inherits the profile with the lowest priority. Resource limits and `change_profile` are not part of it.",
    ),
    (
        "priority",
        "Of rules that match the same access, only those with the highest priority count. A number from -1000 to 1000; without it, 0.",
    ),
    (
        "audit",
        "Logs every access that the rule allows. With `deny`: logs what is refused, which `deny` alone does not.",
    ),
    ("allow", "Grants the access. It is what a rule does anyway."),
    ("deny", "Refuses the access whatever else grants it, and does not log it. `audit deny` logs it."),
    ("prompt", "Asks a program in user space about the access."),
    ("owner", "The rule applies to files that the task owns: its file system user id is the file's."),
    ("user", "The same as `owner`."),
    ("other", "The rule applies to files that the task does not own."),
    ("flags", "The mode of the profile and how it treats special cases: `flags=(complain, attach_disconnected)`."),
    ("xattrs", "The profile attaches only to executables whose extended attributes have these values."),
    ("identities", "The identities a profile is for: `+identities=(…)`. No kernel knows them yet."),
];
