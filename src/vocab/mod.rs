//! The fixed words and numbers of AppArmor and Linux as types, one vocabulary a file.
//!
//! A word is looked up as bytes, because policy text is bytes. No vocabulary depends on a kernel's features.
//!
//! ```
//! use armorer::vocab::{Capability, Vocabulary};
//!
//! assert_eq!(Capability::from_word(b"sys_admin").map(Capability::number), Some(21));
//! assert_eq!(Capability::SysAdmin.name(), "sys_admin");
//! ```

pub(crate) mod addresses;
pub(crate) mod capabilities;
pub(crate) mod classes;
pub(crate) mod dbus;
pub(crate) mod errno;
pub(crate) mod exec;
pub(crate) mod families;
pub(crate) mod file;
pub(crate) mod flags;
pub(crate) mod io_uring;
pub(crate) mod mount;
pub(crate) mod mqueue;
mod nearest;
pub(crate) mod network;
pub(crate) mod priority;
pub(crate) mod protocols;
pub(crate) mod ptrace;
pub(crate) mod rlimits;
pub(crate) mod signals;
pub(crate) mod sockets;
pub(crate) mod units;
mod word;

pub use addresses::{IpAddress, PortRange};
pub use capabilities::Capability;
pub use dbus::DbusPermissions;
pub use errno::Errno;
pub use exec::{ExecFallback, ExecKind, ExecMode};
pub use families::AddressFamily;
pub use file::FilePermissions;
pub use flags::{PathFlag, ProfileMode};
pub use io_uring::IoUringPermissions;
pub use mount::{MountOperation, MountOption};
pub use mqueue::{MqueueKind, MqueuePermissions};
pub(crate) use nearest::nearest;
pub use network::NetworkPermissions;
pub use priority::Priority;
pub use protocols::{Protocol, SocketKind};
pub use ptrace::PtracePermissions;
pub use rlimits::{Resource, RlimitValue};
pub use signals::{Signal, SignalPermissions};
pub use sockets::SocketType;
pub use units::LimitUnit;
pub use word::{PermissionSet, UnknownWord, Vocabulary};

/// The number of a word.
fn number_of<T: Copy>(table: &[(&str, T)], word: &[u8]) -> Option<T> {
    table.iter().find(|(name, _)| name.as_bytes() == word).map(|&(_, number)| number)
}

/// The first word with that number.
fn name_of<T: Copy + PartialEq>(table: &[(&'static str, T)], number: T) -> Option<&'static str> {
    table.iter().find(|&&(_, n)| n == number).map(|&(name, _)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Debug;

    use super::*;

    /// Every word names a value, every value has a word that names it, and no word stands twice.
    fn check_words<V: Vocabulary + Debug>() {
        let mut seen = BTreeSet::new();
        for word in V::words() {
            assert!(seen.insert(word), "{word} stands twice");
            let value = V::from_word(word.as_bytes());
            let canonical = value.as_ref().map(V::to_word).unwrap_or_default();
            assert_eq!(V::from_word(canonical.as_bytes()), value, "{word}");
            assert!(seen.contains(&*canonical) || V::words().any(|known| known == canonical), "{word}");
        }
        assert!(!seen.is_empty());
        assert_eq!(V::from_word(b""), None);
        assert_eq!(V::from_word(b"no such word"), None);
    }

    #[test]
    fn words_are_names_of_values() {
        check_words::<AddressFamily>();
        check_words::<Capability>();
        check_words::<DbusPermissions>();
        check_words::<Errno>();
        check_words::<ExecMode>();
        check_words::<IoUringPermissions>();
        check_words::<LimitUnit>();
        check_words::<MountOption>();
        check_words::<MountOperation>();
        check_words::<MqueueKind>();
        check_words::<MqueuePermissions>();
        check_words::<NetworkPermissions>();
        check_words::<ProfileMode>();
        check_words::<Protocol>();
        check_words::<PtracePermissions>();
        check_words::<Resource>();
        check_words::<Signal>();
        check_words::<SignalPermissions>();
        check_words::<SocketKind>();
        check_words::<SocketType>();
    }

    #[test]
    fn letters_are_permissions() {
        fn check<P: PermissionSet + Debug>() {
            assert_eq!(P::from_word(b"rw"), P::from_word(b"wr"));
            assert_eq!(P::from_word(b"r"), P::from_word(b"read"));
            assert_eq!(P::from_word(b"w"), P::from_word(b"write"));
            assert_eq!(P::from_word(b"rwx"), None);
        }
        check::<DbusPermissions>();
        check::<MqueuePermissions>();
        check::<NetworkPermissions>();
        check::<PtracePermissions>();
        check::<SignalPermissions>();
    }
}
