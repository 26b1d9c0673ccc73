//! Mount flags: the words of `options` (`mount(8)`), their bits (`MS_*` of `mount(2)`), and the bits each command looks at.

use std::borrow::Cow;

use super::Vocabulary;
use super::word::word_traits;

/// An option of a mount rule: the bits it sets, or the bits it asks to be clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MountOption {
    /// The word.
    pub name: &'static str,
    /// The bits that must be set.
    pub(crate) sets: u32,
    /// The bits that must be clear.
    pub(crate) clears: u32,
}

/// The operations on mounts.
///
/// ```
/// use armorer::vocab::MountOperation;
///
/// let operation: MountOperation = "unmount".parse()?;
/// assert_eq!(operation.name(), "umount");
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MountOperation {
    /// `mount`
    Mount,
    /// `remount`
    Remount,
    /// `umount` or `unmount`
    Umount,
}

impl MountOperation {
    /// The keyword.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            MountOperation::Mount => "mount",
            MountOperation::Remount => "remount",
            MountOperation::Umount => "umount",
        }
    }
}

impl Vocabulary for MountOperation {
    const KIND: &'static str = "mount operation";

    fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"mount" => MountOperation::Mount,
            b"remount" => MountOperation::Remount,
            b"umount" | b"unmount" => MountOperation::Umount,
            _ => return None,
        })
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name().into()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ["mount", "remount", "umount", "unmount"].into_iter()
    }
}

word_traits!(MountOperation);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for MountOperation {
    fn schema_name() -> Cow<'static, str> {
        "MountOperation".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": ["mount", "remount", "umount"] })
    }
}

impl MountOption {
    /// Every option, by bit; of words with the same bits the first is the canonical one.
    pub const ALL: &'static [MountOption] = ALL;

    /// The canonical word that sets exactly these bits.
    #[must_use]
    pub(crate) fn name_of(sets: u32) -> Option<&'static str> {
        ALL.iter().find(|option| sets != 0 && option.sets == sets).map(|option| option.name)
    }
}

const fn set(name: &'static str, sets: u32) -> MountOption {
    MountOption { name, sets, clears: 0 }
}

const fn clear(name: &'static str, clears: u32) -> MountOption {
    MountOption { name, sets: 0, clears }
}

/// `remount`.
pub(crate) const REMOUNT: u32 = 1 << 5;
/// `bind`.
pub(crate) const BIND: u32 = 1 << 12;
/// `move`.
pub(crate) const MOVE: u32 = 1 << 13;
/// Recursive: part of `rbind` and of the `make-r…` words, no word of its own.
pub(crate) const REC: u32 = 1 << 14;
/// `unbindable`.
pub(crate) const UNBINDABLE: u32 = 1 << 17;
/// `private`.
pub(crate) const PRIVATE: u32 = 1 << 18;
/// `slave`.
pub(crate) const SLAVE: u32 = 1 << 19;
/// `shared`.
pub(crate) const SHARED: u32 = 1 << 20;

/// The bits that change how a mount propagates.
pub(crate) const PROPAGATION: u32 = UNBINDABLE | PRIVATE | SLAVE | SHARED;
/// Every bit that a rule can ask for: what a rule without `options` allows. (`nouser` is not among them: the kernel never sees it.)
pub(crate) const EVERY: u32 = 0x03bf_fdff;
/// The bits that choose a command.
pub(crate) const COMMANDS: u32 = REMOUNT | BIND | MOVE | REC | PROPAGATION;
/// The bits that count for a new mount.
pub(crate) const NEW_MASK: u32 = EVERY & !COMMANDS;
/// The bits that count for a bind mount.
pub(crate) const BIND_MASK: u32 = BIND | REC;
/// The bits that count for a move.
pub(crate) const MOVE_MASK: u32 = MOVE;
/// The bits that count for a change of propagation: all but those of single mounts.
pub(crate) const MAKE_MASK: u32 = 0x029f_f1f1;
/// The bits that count for a remount.
pub(crate) const REMOUNT_MASK: u32 = EVERY & !MOVE;

/// Every word, by bit; of words with the same bits the first is the canonical one.
const ALL: &[MountOption] = &[
    set("ro", 1),
    set("r", 1),
    set("read-only", 1),
    clear("rw", 1),
    clear("w", 1),
    set("nosuid", 1 << 1),
    clear("suid", 1 << 1),
    set("nodev", 1 << 2),
    clear("dev", 1 << 2),
    set("noexec", 1 << 3),
    clear("exec", 1 << 3),
    set("sync", 1 << 4),
    clear("async", 1 << 4),
    set("remount", REMOUNT),
    set("mand", 1 << 6),
    clear("nomand", 1 << 6),
    set("dirsync", 1 << 7),
    set("nosymfollow", 1 << 8),
    clear("symfollow", 1 << 8),
    set("noatime", 1 << 10),
    clear("atime", 1 << 10),
    set("nodiratime", 1 << 11),
    clear("diratime", 1 << 11),
    set("bind", BIND),
    set("B", BIND),
    set("move", MOVE),
    set("M", MOVE),
    set("rbind", BIND | REC),
    set("R", BIND | REC),
    set("silent", 1 << 15),
    set("verbose", 1 << 15),
    clear("loud", 1 << 15),
    set("acl", 1 << 16),
    clear("noacl", 1 << 16),
    set("unbindable", UNBINDABLE),
    set("make-unbindable", UNBINDABLE),
    set("runbindable", UNBINDABLE | REC),
    set("make-runbindable", UNBINDABLE | REC),
    set("private", PRIVATE),
    set("make-private", PRIVATE),
    set("rprivate", PRIVATE | REC),
    set("make-rprivate", PRIVATE | REC),
    set("slave", SLAVE),
    set("make-slave", SLAVE),
    set("rslave", SLAVE | REC),
    set("make-rslave", SLAVE | REC),
    set("shared", SHARED),
    set("make-shared", SHARED),
    set("rshared", SHARED | REC),
    set("make-rshared", SHARED | REC),
    set("relatime", 1 << 21),
    clear("norelatime", 1 << 21),
    set("iversion", 1 << 23),
    clear("noiversion", 1 << 23),
    set("strictatime", 1 << 24),
    clear("nostrictatime", 1 << 24),
    set("lazytime", 1 << 25),
    clear("nolazytime", 1 << 25),
    set("nouser", 1 << 31),
    clear("user", 1 << 31),
];

impl Vocabulary for MountOption {
    const KIND: &'static str = "mount option";

    fn from_word(word: &[u8]) -> Option<Self> {
        ALL.iter().find(|option| option.name.as_bytes() == word).copied()
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn words() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|option| option.name)
    }
}

word_traits!(MountOption);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn round_trip() {
        let mut seen = BTreeSet::new();
        for each in ALL {
            assert!(seen.insert(each.name), "{} stands twice", each.name);
            assert_eq!(MountOption::from_word(each.name.as_bytes()).as_ref(), Some(each));
            assert!((each.sets == 0) != (each.clears == 0), "{}", each.name);
            if let Some(name) = MountOption::name_of(each.sets) {
                assert_eq!(MountOption::from_word(name.as_bytes()).map(|option| option.sets), Some(each.sets));
            }
        }
        assert_eq!(MountOption::from_word(b"defaults"), None);
        assert_eq!(MountOption::name_of(0), None);
    }

    #[test]
    fn masks() {
        let all = ALL.iter().fold(0, |bits, flag| bits | flag.sets | flag.clears);
        assert_eq!(all & !(1 << 31), EVERY);
        assert_eq!(COMMANDS, 0x001e_7020);
        assert_eq!(NEW_MASK, 0x03a1_8ddf);
        assert_eq!(BIND_MASK, 0x5000);
        assert_eq!(REMOUNT_MASK, 0x03bf_dfff & EVERY);
        let single = ["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "strictatime"];
        let single = single
            .iter()
            .filter_map(|word| MountOption::from_word(word.as_bytes()))
            .fold(0, |bits, flag| bits | flag.sets);
        assert_eq!(MAKE_MASK, EVERY & !single);
    }
}
