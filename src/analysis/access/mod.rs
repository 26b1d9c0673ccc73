//! Accesses in the words of the profile language, and the strings that a kernel looks up for each of them.
//!
//! An [`Access`] is one concrete thing (this path, that peer), where a rule has patterns. [`Asked`] is what one string of an
//! automaton asks about. One file per mediation class has both: how an access is written, which strings decide about it, and the
//! type of those strings, which encodes and decodes them. An access makes its strings with that type, so each format is in one
//! place. The law: what an access encodes decodes to the same access.
//!
//! | class | words |
//! |---|---|
//! | `file` | `[owner\|other] PATH PERMISSIONS [-> LINK-TARGET]`: `rwaxmkl`, `create`, `delete`, `chmod`, … |
//! | `capability` | `NAME…` |
//! | `network` | `[PERMISSIONS] FAMILY TYPE [PROTOCOL] [ip=IP] [port=PORT] [peer=(ip=IP port=PORT)]`: the type may be `tcp`, `udp`, `icmp` |
//! | `unix` | `[PERMISSIONS] TYPE [@NAME\|PATH] [addr=…] [peer=LABEL] [peer-addr=…]` |
//! | `dbus` | `send\|receive BUS NAME PATH INTERFACE MEMBER [peer=LABEL]`, `bind BUS NAME`, `eavesdrop BUS` |
//! | `signal` | `[send\|receive] SIGNAL PEER` |
//! | `ptrace` | `[trace\|read\|tracedby\|readby] PEER` |
//! | `mount` | `SOURCE POINT [FSTYPE] [FLAG,…]`, `POINT make-private` |
//! | `remount`, `umount` | `POINT [FLAG,…]`, `POINT` |
//! | `pivot_root` | `NEW-ROOT OLD-ROOT` |
//! | `change_profile` | `[EXECUTABLE ->] TARGET` |
//! | `userns` | `[create]` |
//! | `mqueue` | `[PERMISSIONS] NAME [label=LABEL]`: a number names a System V queue |
//! | `io_uring` | `sqpoll`, `override_creds LABEL` |
//! | `attach` | `PATH`: whether the profile attaches to an executable |
//!
//! Several permissions stand one after the other or with commas between them; where none is written, all of the class are asked.

mod asked;
mod attachment;
mod capability;
mod change_profile;
mod dbus;
mod file;
mod io_uring;
mod mount;
mod mqueue;
mod network;
#[cfg(feature = "new-access")]
mod pattern;
mod pivot_root;
pub(super) mod plan;
mod polish;
mod ptrace;
mod reader;
mod signal;
mod unix;
mod userns;
mod words;

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::blob::BlobProfile;
use crate::vocab::nearest;
use plan::LookupPlan;
use words::RemainingWords;

pub use asked::Asked;
pub use attachment::AttachAccess;
pub use capability::CapabilityAccess;
pub use change_profile::ChangeProfileAccess;
pub use dbus::DbusAccess;
pub use file::FileAccess;
pub use io_uring::IoUringAccess;
pub use mount::{MountAccess, UmountAccess};
pub use mqueue::{MqueueAccess, Queue, QueueName};
pub use network::{Endpoint, NetworkAccess};
#[cfg(feature = "new-access")]
pub use pattern::Question;
pub use pivot_root::PivotRootAccess;
#[cfg(feature = "log")]
pub(crate) use plan::components;
pub(super) use polish::polish;
pub use ptrace::PtraceAccess;
pub use signal::SignalAccess;
#[cfg(feature = "new-access")]
pub(super) use unix::PEER as UNIX_PEER;
pub use unix::{UnixAccess, UnixName};
pub use userns::UsernsAccess;

// The strings of each class, which an `Asked` is made of.
#[doc(hidden)]
pub use {
    asked::AskedOther,
    attachment::{AskedAttachment, AskedAttribute},
    capability::AskedCapability,
    change_profile::{AskedChangeProfile, AskedOnexec},
    dbus::AskedDbus,
    file::{AskedFile, AskedLink},
    io_uring::AskedIoUring,
    mount::{AskedMount, AskedUmount},
    mqueue::AskedMqueue,
    network::{AskedSocket, SocketOperation},
    pivot_root::AskedPivotRoot,
    ptrace::AskedPtrace,
    signal::AskedSignal,
    unix::AskedUnix,
    userns::AskedUserns,
};

/// An access that a program may try.
///
/// ```
/// use armorer::analysis::Access;
///
/// let access = Access::parse(&["signal", "send", "term", "webapp"])?;
/// assert_eq!(access.to_string(), "signal send term webapp");
/// let error = Access::parse(&["signal", "send", "tern", "webapp"]).unwrap_err();
/// assert_eq!(error.to_string(), "`tern` is neither a permission nor a signal; is it `term`?");
/// # Ok::<(), armorer::analysis::AccessError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "class")]
#[non_exhaustive]
pub enum Access {
    /// A file.
    File(FileAccess),
    /// Capabilities.
    Capability(CapabilityAccess),
    /// A socket.
    Network(NetworkAccess),
    /// A unix socket.
    Unix(UnixAccess),
    /// A D-Bus message, name or bus.
    Dbus(DbusAccess),
    /// A signal.
    Signal(SignalAccess),
    /// A look into another process.
    Ptrace(PtraceAccess),
    /// A mount or remount.
    Mount(MountAccess),
    /// An unmount.
    Umount(UmountAccess),
    /// A change of the root.
    PivotRoot(PivotRootAccess),
    /// A change of the profile.
    ChangeProfile(ChangeProfileAccess),
    /// A new user namespace.
    Userns(UsernsAccess),
    /// A message queue.
    Mqueue(MqueueAccess),
    /// Use of io_uring.
    IoUring(IoUringAccess),
    /// The start of an executable that the profile may attach to.
    Attach(AttachAccess),
}

/// The words that an access begins with.
const CLASSES: [&str; 16] = [
    "file",
    "capability",
    "network",
    "unix",
    "dbus",
    "signal",
    "ptrace",
    "mount",
    "remount",
    "umount",
    "pivot_root",
    "change_profile",
    "userns",
    "mqueue",
    "io_uring",
    "attach",
];

impl Access {
    /// Reads an access, a word each.
    ///
    /// # Errors
    /// When the words are none; the error says what was meant, as far as it can be told.
    pub fn parse<W: AsRef<[u8]>>(words: &[W]) -> Result<Access, AccessError> {
        let all: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        let Some((&class, rest)) = all.split_first() else {
            return Err(AccessError::new(format!("the class of the access is missing: {}", CLASSES.join(", "))));
        };
        let mut words = RemainingWords::new(rest);
        let access = match class {
            b"file" => Access::File(FileAccess::parse(&mut words)?),
            b"capability" => Access::Capability(CapabilityAccess::parse(&mut words)?),
            b"network" => Access::Network(NetworkAccess::parse(&mut words)?),
            b"unix" => Access::Unix(UnixAccess::parse(&mut words)?),
            b"dbus" => Access::Dbus(DbusAccess::parse(&mut words)?),
            b"signal" => Access::Signal(SignalAccess::parse(&mut words)?),
            b"ptrace" => Access::Ptrace(PtraceAccess::parse(&mut words)?),
            b"mount" => Access::Mount(MountAccess::parse(&mut words, false)?),
            b"remount" => Access::Mount(MountAccess::parse(&mut words, true)?),
            b"umount" => Access::Umount(UmountAccess::parse(&mut words)?),
            b"pivot_root" => Access::PivotRoot(PivotRootAccess::parse(&mut words)?),
            b"change_profile" => Access::ChangeProfile(ChangeProfileAccess::parse(&mut words)?),
            b"userns" => Access::Userns(UsernsAccess::parse(&mut words)?),
            b"mqueue" => Access::Mqueue(MqueueAccess::parse(&mut words)?),
            b"io_uring" => Access::IoUring(IoUringAccess::parse(&mut words)?),
            b"attach" => Access::Attach(AttachAccess::parse(&mut words)?),
            _ => {
                let known = format!("the classes are {}", CLASSES.join(", "));
                return Err(AccessError::unknown(class, "no class of access", CLASSES).or_else(known));
            }
        };
        words.finish()?;
        Ok(access)
    }

    /// Returns the strings that a kernel looks up.
    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        match self {
            Access::File(access) => access.plan(),
            Access::Capability(access) => access.plan(profile),
            Access::Network(access) => access.plan(profile),
            Access::Unix(access) => access.plan(profile),
            Access::Dbus(access) => access.plan(profile),
            Access::Signal(access) => access.plan(profile),
            Access::Ptrace(access) => access.plan(profile),
            Access::Mount(access) => access.plan(profile),
            Access::Umount(access) => access.plan(profile),
            Access::PivotRoot(access) => access.plan(profile),
            Access::ChangeProfile(access) => access.plan(),
            Access::Userns(access) => access.plan(profile),
            Access::Mqueue(access) => access.plan(profile),
            Access::IoUring(access) => access.plan(profile),
            Access::Attach(access) => access.plan(),
        }
    }

    /// The same access to a directory where it may be meant: a directory's name ends in a slash for the kernel.
    pub(super) fn to_directory(&self) -> Option<Access> {
        match self {
            Access::File(access) => access.to_directory().map(Access::File),
            Access::Mount(access) => access.to_directory().map(Access::Mount),
            Access::Umount(access) => access.to_directory().map(Access::Umount),
            Access::PivotRoot(access) => access.to_directory().map(Access::PivotRoot),
            _ => None,
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Access::File(access) => access.fmt(f),
            Access::Capability(access) => access.fmt(f),
            Access::Network(access) => access.fmt(f),
            Access::Unix(access) => access.fmt(f),
            Access::Dbus(access) => access.fmt(f),
            Access::Signal(access) => access.fmt(f),
            Access::Ptrace(access) => access.fmt(f),
            Access::Mount(access) => access.fmt(f),
            Access::Umount(access) => access.fmt(f),
            Access::PivotRoot(access) => access.fmt(f),
            Access::ChangeProfile(access) => access.fmt(f),
            Access::Userns(access) => access.fmt(f),
            Access::Mqueue(access) => access.fmt(f),
            Access::IoUring(access) => access.fmt(f),
            Access::Attach(access) => access.fmt(f),
        }
    }
}

/// Words that are no access.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct AccessError {
    message: String,
    guessed: bool,
}

impl AccessError {
    fn new(message: impl Into<String>) -> AccessError {
        AccessError { message: message.into(), guessed: false }
    }

    /// A word that is not known, with the known one that may be meant.
    fn unknown<'a>(word: &[u8], what: &str, known: impl IntoIterator<Item = &'a str>) -> AccessError {
        let message = format!("`{}` is {what}", word.escape_ascii());
        match nearest(word, known) {
            Some(meant) => AccessError { message: format!("{message}; is it `{meant}`?"), guessed: true },
            None => AccessError::new(message),
        }
    }

    /// Lists the known words, where nothing could be guessed.
    fn or_else(self, known: String) -> AccessError {
        if self.guessed { self } else { AccessError::new(format!("{}; {known}", self.message)) }
    }
}

#[cfg(test)]
mod decode_tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
