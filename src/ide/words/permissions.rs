//! Permission words of the rules that have words.

use super::WordTable;

/// Permissions of network and unix rules.
pub(super) const SOCKET: WordTable = &[
    ("create", "Create a socket (`socket(2)`)."),
    ("bind", "Give a socket an address (`bind(2)`)."),
    ("listen", "Wait for connections (`listen(2)`)."),
    ("accept", "Accept connections (`accept(2)`)."),
    ("connect", "Connect to a peer (`connect(2)`)."),
    ("shutdown", "Shut a connection down (`shutdown(2)`)."),
    ("getattr", "Read the socket's addresses (`getsockname(2)`, `getpeername(2)`)."),
    ("setattr", "Change attributes of the socket."),
    ("getopt", "Read socket options (`getsockopt(2)`)."),
    ("setopt", "Set socket options (`setsockopt(2)`)."),
    ("send", "Send data."),
    ("receive", "Receive data."),
    ("write", "The same as `send`: send data."),
    ("read", "The same as `receive`: receive data."),
    ("r", "The same as `receive`: receive data."),
    ("w", "The same as `send`: send data."),
    ("rw", "Send and receive data."),
    ("wr", "Send and receive data."),
];

/// Permissions of D-Bus rules.
pub(super) const DBUS: WordTable = &[
    ("send", "Send messages to the peer."),
    ("receive", "Receive messages from the peer."),
    ("bind", "Own a name on the bus (`name=`)."),
    ("eavesdrop", "Receive all messages of a bus, those to others too."),
    ("write", "The same as `send`: send messages."),
    ("read", "The same as `receive`: receive messages."),
    ("r", "The same as `receive`: receive messages."),
    ("w", "The same as `send`: send messages."),
    ("rw", "Send and receive messages."),
    ("wr", "Send and receive messages."),
];

/// Permissions of signal rules.
pub(super) const SIGNAL: WordTable = &[
    ("send", "Send signals to the peer, whose profile must let it receive them."),
    ("receive", "Receive signals from the peer, whose profile must let it send them."),
    ("write", "The same as `send`: send signals."),
    ("read", "The same as `receive`: receive signals."),
    ("r", "The same as `receive`: receive signals."),
    ("w", "The same as `send`: send signals."),
    ("rw", "Send and receive signals."),
    ("wr", "Send and receive signals."),
];

/// Permissions of ptrace rules.
pub(super) const PTRACE: WordTable = &[
    (
        "trace",
        "Trace the peer: stop it, and read and write its memory and registers. Control over a task with more rights is a way out of confinement.",
    ),
    (
        "read",
        "Read the peer's state: `/proc/PID` files such as `maps` and `environ`, `process_vm_readv(2)`, `kcmp(2)`.",
    ),
    ("tracedby", "Be traced by the peer."),
    ("readby", "Have the own state read by the peer."),
    ("write", "The same as `trace`."),
    ("r", "The same as `read`."),
    ("w", "The same as `trace`."),
    ("rw", "`read` and `trace`."),
    ("wr", "`read` and `trace`."),
];

/// Permissions of message queue rules.
pub(super) const MQUEUE: WordTable = &[
    ("create", "Create a queue."),
    ("open", "Open a queue."),
    ("delete", "Delete a queue."),
    ("read", "Receive messages."),
    ("write", "Send messages."),
    ("getattr", "Read a queue's attributes."),
    ("setattr", "Change a queue's attributes."),
    ("r", "Receive messages."),
    ("w", "Send messages."),
    ("rw", "Send and receive messages."),
    ("wr", "Send and receive messages."),
];

/// Permissions of `io_uring` rules.
pub(super) const IO_URING: WordTable = &[
    ("sqpoll", "Have a kernel thread poll the submission queue (`IORING_SETUP_SQPOLL`)."),
    ("override_creds", "Submit requests with the credentials of another task (registered personalities)."),
];

/// Permissions of user namespace rules.
pub(super) const USERNS: WordTable = &[("create", "Create user namespaces (`user_namespaces(7)`).")];
