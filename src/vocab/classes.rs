//! Mediation classes: the first byte of every string that is matched against a profile's policy automaton
//! (`AA_CLASS_*` in `security/apparmor/include/apparmor.h`).

/// Files; their rules live in an automaton of their own, and only the presence of the class shows here.
pub const FILE: u8 = 2;
/// Capabilities.
pub const CAPABILITY: u8 = 3;
/// Sockets as kernels outside of mainline mediated them first.
pub const NETWORK_V7: u8 = 4;
/// Resource limits.
pub const RLIMITS: u8 = 5;
/// Changes of profile.
pub const DOMAIN: u8 = 6;
/// mount, remount, umount, `pivot_root`.
pub const MOUNT: u8 = 7;
/// Changes of namespace.
pub const NAMESPACE_DOMAIN: u8 = 8;
/// ptrace.
pub const PTRACE: u8 = 9;
/// Signals.
pub const SIGNAL: u8 = 10;
/// Attachments; never in the policy automaton.
pub const XMATCH: u8 = 11;
/// The environment of a process.
pub const ENV: u8 = 12;
/// The arguments of a process.
pub const ARGV: u8 = 13;
/// Sockets, Linux 4.17 and later.
pub const NETWORK_V8: u8 = 14;
/// Sockets, with fine-grained unix mediation.
pub const NETWORK_V9: u8 = 15;
/// Checks of one label against another; the class that asks is the second byte.
pub const LABEL: u8 = 16;
/// POSIX message queues.
pub const POSIX_MQUEUE: u8 = 17;
/// System V message queues.
pub const SYSV_MQUEUE: u8 = 18;
/// Kernel modules.
pub const MODULE: u8 = 19;
/// Which security module is shown.
pub const DISPLAY_LSM: u8 = 20;
/// User namespaces.
pub const NAMESPACE: u8 = 21;
/// `io_uring`.
pub const IO_URING: u8 = 22;
/// Packets of sockets.
pub const NETWORK_V9_SKB: u8 = 30;
/// X11.
pub const X: u8 = 31;
/// D-Bus, mediated by the bus daemon.
pub const DBUS: u8 = 32;
