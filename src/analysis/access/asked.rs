//! Strings of an automaton in the user's terms: what a kernel would ask about with that string.
//!
//! Decoding is total: strings that no kernel asks about, and strings that end in the middle, decode to what is there; what
//! does not fit the format of the class is kept as `rest`. What decodes without a rest encodes to a string that decodes to
//! the same.
//!
//! ```
//! use armorer::analysis::access::Asked;
//! use armorer::automata::Symbol;
//!
//! let string: Vec<Symbol> = b"\x0a\x0ffoo".iter().copied().map(Symbol::Byte).collect();
//! assert_eq!(Asked::of_class(&string, 0x2).to_string(), "signal term peer \"foo\"");
//! let string: Vec<Symbol> = b"/etc/shadow".iter().copied().map(Symbol::Byte).collect();
//! assert_eq!(Asked::of_file(&string, 0x4).to_string(), "file \"/etc/shadow\"");
//! ```

use std::fmt;

use serde::Serialize;

use super::{
    attachment, capability, change_profile, dbus, file, io_uring, mount, mqueue, network, pivot_root, ptrace, signal,
    unix, userns,
};
use crate::analysis::classes;
use crate::analysis::names::Quoted;
use crate::analysis::perms::{CHANGE_PROFILE, EXEC, LINK, LOCK, ONEXEC};
use crate::automata::Symbol;
use crate::source::Text;
use crate::vocab::classes as class;

/// The access that a string asks about. `Display` is like a rule about it.
///
/// Serialised as an object with the kind in the field `class`, and a field each for what the string has: one that the string
/// ends before is `null`. Bytes are a string where they are UTF-8, else an array of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "class", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Asked {
    /// An executable that a profile may attach to.
    #[doc(hidden)]
    Attachment(attachment::AskedAttachment),
    /// Capabilities.
    #[doc(hidden)]
    Capability(capability::AskedCapability),
    /// A file.
    #[doc(hidden)]
    File(file::AskedFile),
    /// A hard link.
    #[doc(hidden)]
    Link(file::AskedLink),
    /// A change of profile.
    #[doc(hidden)]
    ChangeProfile(change_profile::AskedChangeProfile),
    /// A change of profile at the next exec.
    #[doc(hidden)]
    Onexec(change_profile::AskedOnexec),
    /// A signal.
    #[doc(hidden)]
    Signal(signal::AskedSignal),
    /// ptrace.
    #[doc(hidden)]
    Ptrace(ptrace::AskedPtrace),
    /// A socket of any family but unix.
    #[doc(hidden)]
    Network(network::AskedSocket),
    /// A unix socket.
    #[doc(hidden)]
    Unix(unix::AskedUnix),
    /// D-Bus.
    #[doc(hidden)]
    Dbus(dbus::AskedDbus),
    /// A mount.
    #[doc(hidden)]
    Mount(mount::AskedMount),
    /// An unmount.
    #[doc(hidden)]
    Umount(mount::AskedUmount),
    /// A change of the root.
    #[doc(hidden)]
    PivotRoot(pivot_root::AskedPivotRoot),
    /// A user namespace.
    #[doc(hidden)]
    Userns(userns::AskedUserns),
    /// A message queue.
    #[doc(hidden)]
    Mqueue(mqueue::AskedMqueue),
    /// `io_uring`.
    #[doc(hidden)]
    IoUring(io_uring::AskedIoUring),
    /// A class as a whole, or a string of one that has no rules.
    #[doc(hidden)]
    Other(AskedOther),
}

/// A string of a class that has no rules; without `rest` the class as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedOther {
    /// The class.
    pub name: String,
    /// The rest of the string; `<oob>` in the place of the out-of-band symbol.
    pub rest: Option<Text>,
}

impl Asked {
    /// Returns the access that a string of the file automaton asks about, by the permissions (kernel bits) in question.
    #[must_use]
    #[doc(hidden)]
    pub fn of_file(string: &[Symbol], permissions: u32) -> Asked {
        let Some(bytes) = bytes(string) else { return Asked::Other(AskedOther::of("file", string)) };
        let changes = permissions & (ONEXEC | CHANGE_PROFILE) != 0;
        let has_nul = bytes.contains(&0);
        match (has_nul, changes) {
            (true, _) if permissions & CHANGE_PROFILE != 0 => {
                Asked::ChangeProfile(change_profile::AskedChangeProfile::decode(&bytes))
            }
            (true, _) if changes || permissions & EXEC != 0 && permissions & (LINK | LOCK) == 0 => {
                Asked::Onexec(change_profile::AskedOnexec::decode(&bytes))
            }
            (true, _) => Asked::Link(file::AskedLink::decode(&bytes)),
            (false, true) if permissions & CHANGE_PROFILE != 0 || bytes.first() != Some(&b'/') => {
                Asked::ChangeProfile(change_profile::AskedChangeProfile::decode(&bytes))
            }
            (false, _) => Asked::File(file::AskedFile::decode(&bytes)),
        }
    }

    /// Returns the access that a string of the policy automaton asks about, by the permissions (kernel bits) in question. Its first byte is the
    /// class.
    #[must_use]
    #[doc(hidden)]
    pub fn of_class(string: &[Symbol], permissions: u32) -> Asked {
        let Some((&class, rest)) = string.split_first() else { return Asked::Other(AskedOther::of("policy", string)) };
        let Symbol::Byte(class) = class else { return Asked::Other(AskedOther::of("policy", string)) };
        let name = classes::name(class);
        let Some(rest) = bytes(rest) else { return Asked::Other(AskedOther::of(&name, rest)) };
        match class {
            class::MOUNT => mount::decode(&rest, permissions),
            class::PTRACE => Asked::Ptrace(ptrace::AskedPtrace::decode(&rest)),
            class::SIGNAL => Asked::Signal(signal::AskedSignal::decode(&rest)),
            class::NETWORK_V7 | class::NETWORK_V8 | class::NETWORK_V9 | class::NETWORK_V9_SKB => {
                network::decode(class, &rest)
            }
            class::LABEL => match rest.split_first() {
                Some((&class::PTRACE, label)) => Asked::Ptrace(ptrace::AskedPtrace::decode(label)),
                Some((&class::SIGNAL, label)) => Asked::Signal(signal::AskedSignal::of_label(label)),
                _ => Asked::Other(AskedOther::of_bytes(&name, &rest)),
            },
            class::POSIX_MQUEUE | class::SYSV_MQUEUE => Asked::Mqueue(mqueue::AskedMqueue::decode(class, &rest)),
            class::NAMESPACE => Asked::Userns(userns::AskedUserns::decode(&rest)),
            class::IO_URING => Asked::IoUring(io_uring::AskedIoUring::decode(&rest)),
            class::DBUS => Asked::Dbus(dbus::AskedDbus::decode(&rest)),
            _ => Asked::Other(AskedOther::of_bytes(&name, &rest)),
        }
    }

    /// Returns the access that a string of an attachment automaton asks about; `xattrs` are the attributes it looks at, in order.
    #[must_use]
    #[doc(hidden)]
    pub fn of_attachment(string: &[Symbol], xattrs: &[Vec<u8>]) -> Asked {
        Asked::Attachment(attachment::AskedAttachment::decode(string, xattrs))
    }

    /// A class as a whole.
    pub(in crate::analysis) fn class(class: u8) -> Asked {
        Asked::Other(AskedOther { name: classes::name(class).into_owned(), rest: None })
    }
}

impl AskedOther {
    fn of(name: &str, string: &[Symbol]) -> AskedOther {
        let mut rest = Vec::new();
        for symbol in string {
            match symbol {
                Symbol::Byte(byte) => rest.push(*byte),
                Symbol::OutOfBand => rest.extend_from_slice(b"<oob>"),
            }
        }
        AskedOther::of_bytes(name, &rest)
    }

    fn of_bytes(name: &str, rest: &[u8]) -> AskedOther {
        AskedOther { name: name.to_owned(), rest: (!rest.is_empty()).then(|| Text::from(rest)) }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asked::Attachment(access) => access.fmt(f),
            Asked::Capability(access) => access.fmt(f),
            Asked::File(access) => access.fmt(f),
            Asked::Link(access) => access.fmt(f),
            Asked::ChangeProfile(access) => access.fmt(f),
            Asked::Onexec(access) => access.fmt(f),
            Asked::Signal(access) => access.fmt(f),
            Asked::Ptrace(access) => access.fmt(f),
            Asked::Network(access) => access.fmt(f),
            Asked::Unix(access) => access.fmt(f),
            Asked::Dbus(access) => access.fmt(f),
            Asked::Mount(access) => access.fmt(f),
            Asked::Umount(access) => access.fmt(f),
            Asked::PivotRoot(access) => access.fmt(f),
            Asked::Userns(access) => access.fmt(f),
            Asked::Mqueue(access) => access.fmt(f),
            Asked::IoUring(access) => access.fmt(f),
            Asked::Other(AskedOther { name, rest }) => {
                f.write_str(name)?;
                value(f, "", rest.as_ref())
            }
        }
    }
}

/// The bytes of a string; `None` if the out-of-band symbol is in it.
fn bytes(string: &[Symbol]) -> Option<Vec<u8>> {
    let each = string.iter().map(|symbol| match symbol {
        Symbol::Byte(byte) => Some(*byte),
        Symbol::OutOfBand => None,
    });
    each.collect()
}

/// Writes ` name "value"` where there is a value.
pub(super) fn value(f: &mut fmt::Formatter<'_>, name: &str, value: Option<&Text>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    if !name.is_empty() {
        write!(f, " {name}")?;
    }
    write!(f, " {}", Quoted(value))
}

/// Writes what does not fit the format of a class.
pub(super) fn surplus(f: &mut fmt::Formatter<'_>, rest: &Text) -> fmt::Result {
    if rest.is_empty() { Ok(()) } else { write!(f, " and then {}", Quoted(rest)) }
}
