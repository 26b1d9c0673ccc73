//! Profile modes and the words of `flags=(…)`.

use super::Vocabulary;
use super::word::word_enum;

word_enum! {
    #[derive(Default)]
    /// Modes of a profile. The kernel has no number of its own for `default_allow`: it is `unconfined` there.
    ///
    /// ```
    /// use armorer::vocab::ProfileMode;
    ///
    /// let mode: ProfileMode = "default_allow".parse()?;
    /// assert_eq!(mode.name(), "default_allow");
    /// assert_eq!(mode.number(), ProfileMode::Unconfined.number());
    /// # Ok::<(), armorer::vocab::UnknownWord>(())
    /// ```
    ProfileMode: u32, "profile mode";
    /// Violations are refused; without a word this is the mode.
    #[default]
    Enforce = 0, "enforce";
    /// Violations are logged and carried out.
    Complain = 1, "complain";
    /// Violations kill the task.
    Kill = 2, "kill";
    /// The profile does not confine.
    Unconfined = 3, "unconfined";
    /// As unconfined.
    DefaultAllow = 3, "default_allow";
    /// User space is asked.
    Prompt = 4, "prompt";
}

/// Bit of the profile's flags word: a hat.
pub(crate) const HAT: u32 = 0x1;
/// Bit of the profile's flags word: `debug`.
pub(crate) const DEBUG: u32 = 0x2;
/// Bit of the profile's flags word: `interruptible`.
pub(crate) const INTERRUPTIBLE: u32 = 0x8;

/// Words that are neither modes nor path flags and take no value.
pub(crate) const PLAIN: &[&str] = &["audit", "debug", "interruptible"];

/// Words that take a value after `=`. `attach_disconnected.ipc` may stand without one, too.
pub(crate) const VALUED: &[&str] = &["attach_disconnected.path", "attach_disconnected.ipc", "kill.signal", "error"];

/// Bit of the path flags: `attach_disconnected`.
pub(crate) const ATTACH_DISCONNECTED: u32 = 0x4;
/// Bit of the path flags: `chroot_relative`.
pub(crate) const CHROOT_RELATIVE: u32 = 0x8;
/// Bit of the path flags: `chroot_attach`.
pub(crate) const CHROOT_ATTACH: u32 = 0x10;
/// Bit of the path flags: `attach_disconnected.ipc`.
pub(crate) const ATTACH_DISCONNECTED_IPC: u32 = 0x20;
/// Bit of the path flags: `mediate_deleted`. (Linux 7.2 reads 0x20000 for it; the reference compiler writes this one.)
pub(crate) const MEDIATE_DELETED: u32 = 0x1_0000;

/// A path flag without value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathFlag {
    /// The word.
    pub name: &'static str,
    /// Its bit; 0 for those that only say the default.
    pub(crate) bit: u32,
    /// The word that contradicts it.
    pub(crate) opposite: &'static str,
}

/// All path flags without value, each beside its opposite.
pub(crate) const PATH: &[PathFlag] = &[
    PathFlag { name: "chroot_relative", bit: CHROOT_RELATIVE, opposite: "namespace_relative" },
    PathFlag { name: "namespace_relative", bit: 0, opposite: "chroot_relative" },
    PathFlag { name: "mediate_deleted", bit: MEDIATE_DELETED, opposite: "delegate_deleted" },
    PathFlag { name: "delegate_deleted", bit: 0, opposite: "mediate_deleted" },
    PathFlag { name: "attach_disconnected", bit: ATTACH_DISCONNECTED, opposite: "no_attach_disconnected" },
    PathFlag { name: "no_attach_disconnected", bit: 0, opposite: "attach_disconnected" },
    PathFlag { name: "chroot_attach", bit: CHROOT_ATTACH, opposite: "chroot_no_attach" },
    PathFlag { name: "chroot_no_attach", bit: 0, opposite: "chroot_attach" },
];

/// The path flag of that name.
#[must_use]
pub(crate) fn path_flag(word: &[u8]) -> Option<&'static PathFlag> {
    PATH.iter().find(|flag| flag.name.as_bytes() == word)
}

/// Every word that may begin a value of `flags=(…)`, for suggestions.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    ProfileMode::words()
        .chain(PLAIN.iter().copied())
        .chain(PATH.iter().map(|flag| flag.name))
        .chain(VALUED.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_mutual() {
        for flag in PATH {
            assert_eq!(path_flag(flag.opposite.as_bytes()).map(|other| other.opposite), Some(flag.name));
        }
        assert_eq!(path_flag(b"hat"), None);
    }

    #[test]
    fn no_word_stands_twice() {
        let mut all: Vec<_> = words().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
