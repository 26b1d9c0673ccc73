//! Capabilities (`capabilities(7)`).

use super::WordTable;

/// Capabilities by number.
pub(super) const ALL: WordTable = &[
    ("chown", "Change owner and group of any file. With it a task can take over files that decide what others run."),
    (
        "dac_override",
        "Bypass the permission bits of files for reading, writing and executing. Only the profile's file rules then stand between the task and every file.",
    ),
    (
        "dac_read_search",
        "Read any file and search any directory whatever their permission bits, and open files by handle (`open_by_handle_at(2)`), which can reach files outside of a container.",
    ),
    (
        "fowner",
        "Do to any file what only its owner may: change mode, times and extended attributes, delete in sticky directories.",
    ),
    (
        "fsetid",
        "Keep the set-user-ID and set-group-ID bits of a file that is changed, and set the latter for a foreign group.",
    ),
    ("kill", "Send signals to tasks of any user. Signal rules still apply."),
    ("setgid", "Take any group id and supplementary groups, and write the group map of a user namespace."),
    ("setuid", "Take any user id, and write the user map of a user namespace. With it a task can become root."),
    (
        "setpcap",
        "Add capabilities of the bounding set to the inheritable set, drop them from the bounding set, and change the securebits.",
    ),
    ("linux_immutable", "Set and clear the append-only and immutable attributes of files (`chattr(1)`)."),
    ("net_bind_service", "Bind to TCP and UDP ports below 1024."),
    ("net_broadcast", "Broadcast and listen to multicast; the kernel does not use it."),
    (
        "net_admin",
        "Administer the network: interfaces, addresses, routes, firewall, promiscuous mode. It opens a large surface of the kernel.",
    ),
    (
        "net_raw",
        "Use RAW and PACKET sockets, that is, read and forge traffic, and bind to any address for transparent proxying.",
    ),
    ("ipc_lock", "Lock memory beyond the limit (`mlock(2)`, huge pages)."),
    ("ipc_owner", "Bypass the permissions of System V IPC objects."),
    ("sys_module", "Load and unload kernel modules. It is a way out of confinement: a module runs as the kernel."),
    (
        "sys_rawio",
        "Access I/O ports and physical memory (`/dev/mem`), and send any command to SCSI devices. It is a way out of confinement.",
    ),
    ("sys_chroot", "Change the root directory (`chroot(2)`), and enter mount namespaces together with `sys_admin`."),
    (
        "sys_ptrace",
        "Trace any task and read or write its memory, as far as ptrace rules allow it. Against an unconfined task it is a way out of confinement.",
    ),
    ("sys_pacct", "Switch process accounting on and off (`acct(2)`)."),
    (
        "sys_admin",
        "A great many administrative operations: mount, namespaces, quotas, swap, key and BPF operations of old. It is next to all of root, and a way out of confinement where mount and file rules do not hold it.",
    ),
    ("sys_boot", "Reboot, and load another kernel (`kexec_load(2)`), which is a way out of confinement."),
    (
        "sys_nice",
        "Raise the priority of tasks, choose real-time scheduling, CPU affinity and memory placement of any task.",
    ),
    ("sys_resource", "Exceed quotas and resource limits, use reserved disk space, and raise hard limits."),
    ("sys_time", "Set the system clock and the hardware clock."),
    ("sys_tty_config", "Configure terminals: `vhangup(2)` and privileged operations on virtual terminals."),
    ("mknod", "Create device files. Where file rules allow opening them, a raw disk is readable and writable."),
    ("lease", "Establish leases on any file (`fcntl(2)`)."),
    ("audit_write", "Write records to the kernel's audit log."),
    ("audit_control", "Configure the kernel's audit: rules, filters, switching it off."),
    ("setfcap", "Set capabilities on files. With it a task can make a program that has more than itself."),
    ("mac_override", "Override mandatory access control; Smack uses it, AppArmor does not."),
    (
        "mac_admin",
        "Administer mandatory access control: load, replace and remove AppArmor policy. It is a way out of confinement: the task can replace its own profile.",
    ),
    ("syslog", "Read and clear the kernel's log (`syslog(2)`), and see kernel addresses in `/proc`."),
    ("wake_alarm", "Set timers that wake the system up."),
    ("block_suspend", "Keep the system from suspending."),
    ("audit_read", "Read the kernel's audit log over a multicast netlink socket."),
    (
        "perfmon",
        "Use performance monitoring (`perf_event_open(2)`) of the whole system. It shows what other tasks do. Older kernels check `sys_admin` in its place.",
    ),
    (
        "bpf",
        "Privileged BPF operations: load programs, create maps. With `perfmon` a program can read kernel memory, with `net_admin` change traffic. Older kernels check `sys_admin` in its place.",
    ),
    (
        "checkpoint_restore",
        "Checkpoint and restore tasks: choose process ids (`clone3(2)`), read the files mapped by others. Older kernels check `sys_admin` in its place.",
    ),
];
