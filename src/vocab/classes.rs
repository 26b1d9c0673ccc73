//! Mediation classes: the first byte of every string that is matched against a profile's policy automaton
//! (`AA_CLASS_*` in `security/apparmor/include/apparmor.h`).

use super::{name_of, number_of};

macro_rules! classes {
    ($($(#[$doc:meta])* $constant:ident = $byte:literal, $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: u8 = $byte;)*

        /// Name and byte of each class, by byte.
        pub const ALL: &[(&str, u8)] = &[$(($name, $constant)),*];
    };
}

classes! {
    /// Files; their rules live in an automaton of their own, and only the presence of the class shows here.
    FILE = 2, "file";
    /// Capabilities.
    CAPABILITY = 3, "capability";
    /// Sockets as kernels outside of mainline mediated them first.
    NETWORK_V7 = 4, "network_v7";
    /// Resource limits.
    RLIMITS = 5, "rlimits";
    /// Changes of profile.
    DOMAIN = 6, "domain";
    /// mount, remount, umount, `pivot_root`.
    MOUNT = 7, "mount";
    /// Changes of namespace.
    NAMESPACE_DOMAIN = 8, "ns_domain";
    /// ptrace.
    PTRACE = 9, "ptrace";
    /// Signals.
    SIGNAL = 10, "signal";
    /// Attachments; never in the policy automaton.
    XMATCH = 11, "xmatch";
    /// The environment of a process.
    ENV = 12, "env";
    /// The arguments of a process.
    ARGV = 13, "argv";
    /// Sockets, Linux 4.17 and later.
    NETWORK_V8 = 14, "network_v8";
    /// Sockets, with fine-grained unix mediation.
    NETWORK_V9 = 15, "network_v9";
    /// Checks of one label against another; the class that asks is the second byte.
    LABEL = 16, "label";
    /// POSIX message queues.
    POSIX_MQUEUE = 17, "posix_mqueue";
    /// System V message queues.
    SYSV_MQUEUE = 18, "sysv_mqueue";
    /// Kernel modules.
    MODULE = 19, "module";
    /// Which security module is shown.
    DISPLAY_LSM = 20, "display_lsm";
    /// User namespaces.
    NAMESPACE = 21, "namespace";
    /// `io_uring`.
    IO_URING = 22, "io_uring";
    /// Packets of sockets.
    NETWORK_V9_SKB = 30, "network_v9_skb";
    /// X11.
    X = 31, "x";
    /// D-Bus, mediated by the bus daemon.
    DBUS = 32, "dbus";
}

/// The byte of a class.
#[must_use]
pub fn number(word: &[u8]) -> Option<u8> {
    number_of(ALL, word)
}

/// The name of a class.
#[must_use]
pub fn name(class: u8) -> Option<&'static str> {
    name_of(ALL, class)
}
