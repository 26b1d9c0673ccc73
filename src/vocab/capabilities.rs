//! Capabilities (`capabilities(7)`; numbers of `include/uapi/linux/capability.h`).

use super::{name_of, number_of};

/// Name and number of each, by number.
pub const ALL: &[(&str, u8)] = &[
    ("chown", 0),
    ("dac_override", 1),
    ("dac_read_search", 2),
    ("fowner", 3),
    ("fsetid", 4),
    ("kill", 5),
    ("setgid", 6),
    ("setuid", 7),
    ("setpcap", 8),
    ("linux_immutable", 9),
    ("net_bind_service", 10),
    ("net_broadcast", 11),
    ("net_admin", 12),
    ("net_raw", 13),
    ("ipc_lock", 14),
    ("ipc_owner", 15),
    ("sys_module", 16),
    ("sys_rawio", 17),
    ("sys_chroot", 18),
    ("sys_ptrace", 19),
    ("sys_pacct", 20),
    ("sys_admin", 21),
    ("sys_boot", 22),
    ("sys_nice", 23),
    ("sys_resource", 24),
    ("sys_time", 25),
    ("sys_tty_config", 26),
    ("mknod", 27),
    ("lease", 28),
    ("audit_write", 29),
    ("audit_control", 30),
    ("setfcap", 31),
    ("mac_override", 32),
    ("mac_admin", 33),
    ("syslog", 34),
    ("wake_alarm", 35),
    ("block_suspend", 36),
    ("audit_read", 37),
    ("perfmon", 38),
    ("bpf", 39),
    ("checkpoint_restore", 40),
];

/// `sys_admin`, which stands for the three youngest where a kernel does not know them.
pub const SYS_ADMIN: u8 = 21;

/// The number of a capability.
#[must_use]
pub fn number(word: &[u8]) -> Option<u8> {
    number_of(ALL, word)
}

/// The name of a capability.
#[must_use]
pub fn name(number: u8) -> Option<&'static str> {
    name_of(ALL, number)
}

/// What a kernel without the capability checks in its place: `sys_admin` for those split off from it since Linux 5.8.
#[must_use]
pub fn fallback(number: u8) -> Option<u8> {
    matches!(number, 38..=40).then_some(SYS_ADMIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense() {
        assert!(ALL.iter().map(|&(_, n)| n).eq(0..=40));
        assert_eq!(name(41), None);
        assert_eq!(number(b"CHOWN"), None);
        assert_eq!(fallback(39), Some(SYS_ADMIN));
        assert_eq!(fallback(37), None);
    }
}
