//! Resource limits (`getrlimit(2)`) and their units.

use super::WordTable;

/// Limits by number.
pub(super) const ALL: WordTable = &[
    (
        "cpu",
        "CPU time the task may use, in seconds unless a unit of time follows the number; at least one second. At the soft limit it gets SIGXCPU, at the hard one SIGKILL.",
    ),
    (
        "fsize",
        "Size of files it may create, in bytes (`K`, `M`, `G`). Beyond it writes fail with EFBIG, and SIGXFSZ is sent.",
    ),
    ("data", "Size of the data segment, heap included, in bytes (`K`, `M`, `G`)."),
    ("stack", "Size of the stack in bytes (`K`, `M`, `G`). It also bounds arguments and environment."),
    ("core", "Size of core dumps in bytes (`K`, `M`, `G`); with 0 there are none."),
    ("rss", "Resident memory in bytes (`K`, `M`, `G`). Linux does not enforce it."),
    ("nproc", "Number of tasks of the user. Beyond it `fork(2)` fails with EAGAIN."),
    ("nofile", "Number of open files: one more than the highest file descriptor."),
    ("ofile", "The same as `nofile`: the number of open files."),
    ("memlock", "Memory that may be locked, in bytes (`K`, `M`, `G`)."),
    ("as", "Virtual memory (address space) in bytes (`K`, `M`, `G`)."),
    ("locks", "Number of file locks. Linux has not enforced it since 2.4.25."),
    ("sigpending", "Number of signals that may be queued for the user."),
    ("msgqueue", "Memory for POSIX message queues of the user, in bytes (`K`, `M`, `G`)."),
    ("nice", "The lowest nice value the task may choose, from -20 (highest priority) to 19."),
    ("rtprio", "The highest real-time priority the task may choose."),
    (
        "rttime",
        "CPU time under real-time scheduling without a blocking call, in microseconds unless a unit of time follows the number.",
    ),
];

/// Units of size and time.
pub(super) const UNITS: WordTable = &[
    ("K", "1024 bytes."),
    ("KB", "1024 bytes."),
    ("M", "1024² bytes."),
    ("MB", "1024² bytes."),
    ("G", "1024³ bytes."),
    ("GB", "1024³ bytes."),
    ("us", "Microseconds."),
    ("microsecond", "Microseconds."),
    ("microseconds", "Microseconds."),
    ("ms", "Milliseconds."),
    ("millisecond", "Milliseconds."),
    ("milliseconds", "Milliseconds."),
    ("s", "Seconds."),
    ("sec", "Seconds."),
    ("second", "Seconds."),
    ("seconds", "Seconds."),
    ("min", "Minutes."),
    ("minute", "Minutes."),
    ("minutes", "Minutes."),
    ("h", "Hours."),
    ("hour", "Hours."),
    ("hours", "Hours."),
    ("d", "Days."),
    ("day", "Days."),
    ("days", "Days."),
    ("week", "Weeks."),
    ("weeks", "Weeks."),
];

/// Values with a meaning.
pub(super) const VALUES: WordTable = &[("infinity", "No limit.")];
