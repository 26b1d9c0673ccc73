//! Mediation classes: the first byte of every string that is matched against a profile's policy automaton
//! (`AA_CLASS_*` in `security/apparmor/include/apparmor.h`).

/// Files; their rules live in an automaton of their own, and only the presence of the class shows here.
pub(crate) const FILE: u8 = 2;
/// Capabilities.
pub(crate) const CAPABILITY: u8 = 3;
/// Sockets as kernels outside of mainline mediated them first.
pub(crate) const NETWORK_V7: u8 = 4;
/// mount, remount, umount, `pivot_root`.
pub(crate) const MOUNT: u8 = 7;
/// ptrace.
pub(crate) const PTRACE: u8 = 9;
/// Signals.
pub(crate) const SIGNAL: u8 = 10;
/// Sockets, Linux 4.17 and later.
pub(crate) const NETWORK_V8: u8 = 14;
/// Sockets, with fine-grained unix mediation.
pub(crate) const NETWORK_V9: u8 = 15;
/// Checks of one label against another; the class that asks is the second byte.
pub(crate) const LABEL: u8 = 16;
/// POSIX message queues.
pub(crate) const POSIX_MQUEUE: u8 = 17;
/// System V message queues.
pub(crate) const SYSV_MQUEUE: u8 = 18;
/// User namespaces.
pub(crate) const NAMESPACE: u8 = 21;
/// `io_uring`.
pub(crate) const IO_URING: u8 = 22;
/// Packets of sockets.
pub(crate) const NETWORK_V9_SKB: u8 = 30;
/// D-Bus, mediated by the bus daemon.
pub(crate) const DBUS: u8 = 32;
