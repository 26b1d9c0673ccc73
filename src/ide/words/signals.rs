//! Signals (`signal(7)`).

use super::WordTable;

/// Signals by number, then the synonyms; the real-time ones share a description.
pub(super) const ALL: WordTable = &[
    (
        "hup",
        "SIGHUP: the terminal hung up, or a daemon is to read its configuration again. By default it ends the task.",
    ),
    ("int", "SIGINT: interrupt from the keyboard. By default it ends the task."),
    ("quit", "SIGQUIT: quit from the keyboard. By default it ends the task with a core dump."),
    ("ill", "SIGILL: illegal instruction. By default it ends the task with a core dump."),
    ("trap", "SIGTRAP: breakpoint or trace trap. By default it ends the task with a core dump."),
    ("abrt", "SIGABRT: abort, from `abort(3)`. By default it ends the task with a core dump."),
    ("bus", "SIGBUS: bad memory access (hardware). By default it ends the task with a core dump."),
    ("fpe", "SIGFPE: erroneous arithmetic. By default it ends the task with a core dump."),
    ("kill", "SIGKILL: ends the task. It cannot be caught or ignored."),
    ("usr1", "SIGUSR1: its meaning is the program's. By default it ends the task."),
    ("segv", "SIGSEGV: invalid memory reference. By default it ends the task with a core dump."),
    ("usr2", "SIGUSR2: its meaning is the program's. By default it ends the task."),
    ("pipe", "SIGPIPE: write to a pipe or socket without reader. By default it ends the task."),
    ("alrm", "SIGALRM: timer of `alarm(2)`. By default it ends the task."),
    ("term", "SIGTERM: asks the task to end."),
    ("stkflt", "SIGSTKFLT: stack fault of the coprocessor; unused."),
    ("chld", "SIGCHLD: a child stopped or ended. By default it is ignored."),
    ("cont", "SIGCONT: continues a stopped task."),
    ("stop", "SIGSTOP: stops the task. It cannot be caught or ignored."),
    ("tstp", "SIGTSTP: stop from the terminal."),
    ("stp", "The same as `tstp`: stop from the terminal."),
    ("ttin", "SIGTTIN: a background task read from the terminal. By default it stops the task."),
    ("ttou", "SIGTTOU: a background task wrote to the terminal. By default it stops the task."),
    ("urg", "SIGURG: urgent data on a socket. By default it is ignored."),
    ("xcpu", "SIGXCPU: the limit of CPU time is exceeded. By default it ends the task with a core dump."),
    ("xfsz", "SIGXFSZ: the limit of file size is exceeded. By default it ends the task with a core dump."),
    ("vtalrm", "SIGVTALRM: virtual timer. By default it ends the task."),
    ("prof", "SIGPROF: profiling timer. By default it ends the task."),
    ("winch", "SIGWINCH: the window changed its size. By default it is ignored."),
    ("io", "SIGIO: input or output is possible. By default it ends the task."),
    ("poll", "The same as `io`: input or output is possible."),
    ("pwr", "SIGPWR: power failure. By default it ends the task."),
    ("sys", "SIGSYS: bad system call, as seccomp sends it. By default it ends the task with a core dump."),
    ("emt", "SIGEMT: emulator trap; on few architectures."),
    ("exists", "Signal 0: the test whether a task exists and may be signalled (`kill(2)`); nothing is sent."),
];

/// The meaning of `rtmin+N`.
pub(super) const REALTIME: &str = "A real-time signal, counted from the first; its meaning is the program's. N is 0 to 32. By default it ends the task.";
