//! Errors of requests to the kernel.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::checks::Hazard;
use crate::diagnostic::Code;
use crate::vocab::Errno;

/// A change of the kernel's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Profiles that must all be new.
    Load,
    /// Profiles that may be there.
    Replace,
    /// A profile with its children, or a namespace.
    Remove,
}

impl Operation {
    /// The file of securityfs.
    pub(super) fn file(self) -> &'static str {
        match self {
            Operation::Load => ".load",
            Operation::Replace => ".replace",
            Operation::Remove => ".remove",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Load => "load",
            Operation::Replace => "replace",
            Operation::Remove => "remove",
        })
    }
}

/// Reasons why the kernel does not do what it is asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KernelError {
    /// AppArmor is off, or its directory is not to be seen.
    #[error(
        "no AppArmor interface: no securityfs in /proc/mounts has an 'apparmor' directory. Is AppArmor on \
         (/sys/module/apparmor/parameters/enabled), and securityfs mounted where this process sees it?"
    )]
    NoInterface,
    /// A file of the interface cannot be read.
    #[error("{}: {}", path.display(), describe(source))]
    Read {
        /// Its path.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file or directory of the interface cannot be written, made or removed.
    #[error("{}: {}", path.display(), describe(source))]
    Write {
        /// Its path.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The kernel refuses a change of its policy; nothing of it was done.
    #[error("cannot {operation} {what}: {}", refusal(*operation, source))]
    Refused {
        /// The change.
        operation: Operation,
        /// The profiles.
        what: String,
        /// The error of the kernel.
        source: io::Error,
    },
    /// The policy is not given to the kernel, which would mishandle it; nothing of it was done.
    #[error("cannot {operation} {what}: {hazard} [{}]", hazard.code())]
    Hazard {
        /// The change.
        operation: Operation,
        /// The profile.
        what: String,
        /// The hazard.
        hazard: Hazard,
    },
    /// The kernel refuses all new policy of a namespace, since it failed to load other policy earlier.
    #[error(
        "cannot {operation} {what}: EEXIST, but no such profile is in the way: the kernel accepts no policy{} since it failed to load \
         other policy. To end this, remove a loaded profile there, or replace one by exactly what it was loaded from",
        in_namespace(namespace.as_deref())
    )]
    Wedged {
        /// The change.
        operation: Operation,
        /// The profiles.
        what: String,
        /// Their namespace, if it is not that of the loader.
        namespace: Option<Vec<u8>>,
        /// The error of the kernel.
        source: io::Error,
    },
    /// The kernel refuses a change of a task's label.
    #[error("cannot {what}: {}", task_refusal(source))]
    Label {
        /// The change.
        what: String,
        /// The error of the kernel.
        source: io::Error,
    },
    /// The bytes are no policy.
    #[error("not a binary policy: {0}")]
    Blob(#[from] crate::blob::ReadError),
}

impl KernelError {
    pub(super) fn read(path: &Path, source: io::Error) -> KernelError {
        KernelError::Read { path: path.into(), source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> KernelError {
        KernelError::Write { path: path.into(), source }
    }

    /// The error number, where the system gave one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            KernelError::Read { source, .. }
            | KernelError::Write { source, .. }
            | KernelError::Refused { source, .. }
            | KernelError::Wedged { source, .. }
            | KernelError::Label { source, .. } => source.raw_os_error(),
            KernelError::NoInterface | KernelError::Blob(_) | KernelError::Hazard { .. } => None,
        }
    }

    /// Returns `true` where the kernel accepts no policy of a namespace, whatever it is: [`Kernel::recover`](super::Kernel::recover)
    /// ends that.
    #[must_use]
    pub fn is_wedged(&self) -> bool {
        matches!(self, KernelError::Wedged { .. })
    }

    /// The code of what was found wrong before the kernel was asked.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            KernelError::Hazard { hazard, .. } => Some(hazard.code()),
            _ => None,
        }
    }
}

/// The name of an error and the system's description of it.
fn describe(error: &io::Error) -> String {
    match name(error) {
        Some(name) => format!("{name}: {}", strerror(error)),
        None => error.to_string(),
    }
}

fn name(error: &io::Error) -> Option<&'static str> {
    error.raw_os_error().and_then(|number| u16::try_from(number).ok()).and_then(Errno::from_number).map(Errno::name)
}

/// Returns the text of a system error, without the number that Rust adds.
pub(crate) fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(text, _)| text).to_owned()
}

fn in_namespace(namespace: Option<&[u8]>) -> String {
    namespace.map(|name| format!(" in the namespace {}", quoted(name))).unwrap_or_default()
}

/// The most characters of a name in a message.
const MAX_SHOWN: usize = 100;

/// A name for a message: it has an end, and no control characters.
pub(super) fn quoted(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let mut characters = text.chars();
    let mut shown = String::from("\"");
    for character in characters.by_ref().take(MAX_SHOWN) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown.push_str(if characters.next().is_some() { "…\"" } else { "\"" });
    shown
}

/// An error number of `.load`, `.replace`, `.remove` in words (kernel: `security/apparmor/policy.c`, `policy_unpack.c`).
fn refusal(operation: Operation, error: &io::Error) -> String {
    let reason = match (name(error), operation) {
        (Some("EEXIST"), _) => "a profile of this name is loaded already; replace it",
        (Some("ENOENT"), Operation::Remove) => "no profile of this name is loaded",
        (Some("ENOENT"), _) => "the parent of a hat or child profile is not loaded",
        (Some("EACCES"), _) => {
            "only user 0 with CAP_MAC_ADMIN in the initial user namespace may manage policy; also, one write may not \
             mix namespaces, and the module parameter lock_policy forbids all changes"
        }
        (Some("EPERM"), _) => "the profile cannot be changed, or the process may not manage policy",
        (Some("EPROTO"), _) => {
            "the kernel rejects the policy as malformed; see its log (apparmor=\"STATUS\") for the place"
        }
        (Some("EPROTONOSUPPORT"), _) => {
            "the kernel does not support this version of the format; compile for its features"
        }
        (Some("ENAMETOOLONG"), _) => "a name makes a file name of more than 255 bytes",
        (Some("ENOMEM"), _) => "the kernel is out of memory",
        (Some("EINVAL"), _) => "the policy is empty",
        (Some("ESPIPE"), _) => "a policy must be written from the start of the file",
        _ => return describe(error),
    };
    format!("{}: {reason}", name(error).unwrap_or_default())
}

/// An error number of `/proc/…/attr/apparmor/…` in words (kernel: `security/apparmor/domain.c`, `lsm.c`).
fn task_refusal(error: &io::Error) -> String {
    let reason = match name(error) {
        Some("ENOENT") => "no such profile or hat is loaded",
        Some("ECHILD") => "the task's profile has no hats",
        Some("EACCES") => "the task's profile does not allow it",
        Some("EPERM") => "the task has no_new_privs set, or is unconfined and has no hats",
        Some("EINVAL") => "the kernel does not accept the name, or AppArmor is disabled",
        _ => return describe(error),
    };
    format!("{}: {reason}", name(error).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_words() {
        let refused = |operation, number| KernelError::Refused {
            operation,
            what: "\"p\"".into(),
            source: io::Error::from_raw_os_error(number),
        };
        let text = refused(Operation::Load, 17).to_string();
        assert_eq!(text, "cannot load \"p\": EEXIST: a profile of this name is loaded already; replace it");
        assert!(refused(Operation::Replace, 2).to_string().contains("the parent"));
        assert!(refused(Operation::Remove, 2).to_string().contains("no profile of this name"));
        assert!(refused(Operation::Replace, 93).to_string().contains("EPROTONOSUPPORT: the kernel does not support"));
        let unknown = refused(Operation::Replace, 5).to_string();
        assert!(unknown.ends_with("EIO: Input/output error"), "{unknown}");
        assert_eq!(refused(Operation::Load, 17).errno(), Some(17));
        assert!(!refused(Operation::Load, 17).is_wedged());
    }

    #[test]
    fn names_in_messages_are_short_and_harmless() {
        assert_eq!(quoted(b"a\n\x1b[31m\xff"), "\"a\\n\\u{1b}[31m\u{fffd}\"");
        assert_eq!(quoted(&[b'a'; 1000]).chars().count(), MAX_SHOWN + 3);
        let hazard = Hazard::Name(crate::policy::names::NameFault::Empty);
        let error = KernelError::Hazard { operation: Operation::Replace, what: quoted(b"a//"), hazard };
        assert_eq!(error.to_string(), "cannot replace \"a//\": the name has an empty part [name-unloadable]");
        assert_eq!((error.code(), error.errno()), (Some(Code::NameUnloadable), None));
        let wedged = KernelError::Wedged {
            operation: Operation::Load,
            what: quoted(b"a"),
            namespace: Some(b"ns".to_vec()),
            source: io::Error::from_raw_os_error(17),
        };
        assert!(wedged.is_wedged() && wedged.errno() == Some(17));
        let text = wedged.to_string();
        assert!(text.contains("accepts no policy in the namespace \"ns\" since"), "{text}");
    }
}
