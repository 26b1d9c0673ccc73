//! Capabilities (`capabilities(7)`; numbers of `include/uapi/linux/capability.h`).

use super::word::word_enum;

word_enum! {
    /// A capability.
    ///
    /// ```
    /// use armorer::vocab::Capability;
    ///
    /// let bpf: Capability = "bpf".parse()?;
    /// assert_eq!((bpf.name(), bpf.number(), bpf.mask()), ("bpf", 39, 1 << 39));
    /// assert_eq!(bpf.fallback(), Some(Capability::SysAdmin));
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    Capability: u8, "capability";
    Chown = 0, "chown";
    DacOverride = 1, "dac_override";
    DacReadSearch = 2, "dac_read_search";
    Fowner = 3, "fowner";
    Fsetid = 4, "fsetid";
    Kill = 5, "kill";
    Setgid = 6, "setgid";
    Setuid = 7, "setuid";
    Setpcap = 8, "setpcap";
    LinuxImmutable = 9, "linux_immutable";
    NetBindService = 10, "net_bind_service";
    NetBroadcast = 11, "net_broadcast";
    NetAdmin = 12, "net_admin";
    NetRaw = 13, "net_raw";
    IpcLock = 14, "ipc_lock";
    IpcOwner = 15, "ipc_owner";
    SysModule = 16, "sys_module";
    SysRawio = 17, "sys_rawio";
    SysChroot = 18, "sys_chroot";
    SysPtrace = 19, "sys_ptrace";
    SysPacct = 20, "sys_pacct";
    SysAdmin = 21, "sys_admin";
    SysBoot = 22, "sys_boot";
    SysNice = 23, "sys_nice";
    SysResource = 24, "sys_resource";
    SysTime = 25, "sys_time";
    SysTtyConfig = 26, "sys_tty_config";
    Mknod = 27, "mknod";
    Lease = 28, "lease";
    AuditWrite = 29, "audit_write";
    AuditControl = 30, "audit_control";
    Setfcap = 31, "setfcap";
    MacOverride = 32, "mac_override";
    MacAdmin = 33, "mac_admin";
    Syslog = 34, "syslog";
    WakeAlarm = 35, "wake_alarm";
    BlockSuspend = 36, "block_suspend";
    AuditRead = 37, "audit_read";
    Perfmon = 38, "perfmon";
    Bpf = 39, "bpf";
    CheckpointRestore = 40, "checkpoint_restore";
}

impl Capability {
    /// The capability that a kernel without this one checks in its place: `sys_admin` for those split off from it since Linux 5.8.
    #[must_use]
    pub fn fallback(self) -> Option<Capability> {
        matches!(self, Capability::Perfmon | Capability::Bpf | Capability::CheckpointRestore)
            .then_some(Capability::SysAdmin)
    }

    /// Its bit in a mask of all.
    #[must_use]
    pub const fn mask(self) -> u64 {
        1 << self.number()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Vocabulary;

    #[test]
    fn numbers_are_dense() {
        assert!(Capability::ALL.iter().map(|capability| capability.number()).eq(0..=40));
        assert_eq!(Capability::from_number(41), None);
        assert_eq!(Capability::from_word(b"CHOWN"), None);
        assert_eq!(Capability::Bpf.fallback(), Some(Capability::SysAdmin));
        assert_eq!(Capability::AuditRead.fallback(), None);
    }
}
