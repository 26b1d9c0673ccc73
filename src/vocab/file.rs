//! Permission letters of file rules, and the 32-bit words that they and exec permissions become.
//!
//! A word has two halves with the same layout: the low one for files that the process owns, the one [`OTHER`] bits
//! higher for all others. The constants are those of the owner's half.

use std::borrow::Cow;

use super::Vocabulary;
use super::word::{set_operations, word_traits};

/// `x`.
pub(crate) const EXEC: u32 = 0x1;
/// `w`; always together with [`APPEND`].
pub(crate) const WRITE: u32 = 0x2;
/// `r`.
pub(crate) const READ: u32 = 0x4;
/// `a`.
pub(crate) const APPEND: u32 = 0x8;
/// `l`.
pub(crate) const LINK: u32 = 0x10;
/// `k`; in the second half of a link pair: the subset test is required.
pub(crate) const LOCK: u32 = 0x20;
/// `m`.
pub(crate) const MMAP_EXEC: u32 = 0x40;
/// Exec falls back to unconfined.
pub(crate) const EXEC_UNCONFINED: u32 = 0x80;
/// Exec keeps the environment.
pub(crate) const EXEC_UNSAFE: u32 = 0x100;
/// Exec inherits the profile, alone or as fallback.
pub(crate) const EXEC_INHERIT: u32 = 0x200;
/// The position of the first bit of the index of an exec transition.
pub(crate) const EXEC_INDEX_SHIFT: u32 = 10;
/// The index of an exec transition: one of the `INDEX_` constants, or 4 and more for an entry of the transition table.
pub(crate) const EXEC_INDEX: u32 = 0xf << EXEC_INDEX_SHIFT;
/// All that belongs to an exec permission but the permission itself.
pub(crate) const EXEC_TYPE: u32 = EXEC_UNCONFINED | EXEC_UNSAFE | EXEC_INHERIT | EXEC_INDEX;

/// Exec index: to unconfined.
pub(crate) const INDEX_UNCONFINED: u32 = 1 << EXEC_INDEX_SHIFT;
/// Exec index: to the profile that attaches to the file.
pub(crate) const INDEX_NAME: u32 = 2 << EXEC_INDEX_SHIFT;
/// Exec index: to the child that attaches to the file.
pub(crate) const INDEX_CHILD: u32 = 3 << EXEC_INDEX_SHIFT;

/// The distance in bits to the half for files of others.
pub(crate) const OTHER: u32 = 14;
/// Every bit of the owner's half.
pub(crate) const OWNER_HALF: u32 = (1 << OTHER) - 1;
/// Every bit of the other half.
pub(crate) const OTHER_HALF: u32 = OWNER_HALF << OTHER;
/// The permissions of a half, without the exec type.
pub(crate) const PERMISSIONS: u32 = 0x7f;
/// `change_profile` at the next exec; both halves.
pub(crate) const ON_EXEC: u32 = 1 << 30;
/// `change_profile`; both halves.
pub(crate) const CHANGE_PROFILE: u32 = 1 << 31;

/// Permissions of a file rule, exec aside; the bits are those of the owner's half of a packed word.
///
/// ```
/// use armorer::vocab::FilePermissions;
///
/// let permissions: FilePermissions = "rwk".parse()?;
/// assert_eq!(permissions, FilePermissions::READ | FilePermissions::WRITE | FilePermissions::LOCK);
/// assert!(permissions.contains(FilePermissions::APPEND), "`w` includes `a`");
/// assert!(!permissions.intersects(FilePermissions::MMAP) && !permissions.is_empty());
/// assert_eq!(permissions.to_string(), "rwk");
/// assert!(permissions.letters().map(|(_, letter)| letter).eq("rwk".chars()));
/// assert_eq!(FilePermissions::from_letter('m').map(|one| one.iter().count()), Some(1));
/// # Ok::<(), armorer::vocab::UnknownWord>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePermissions(u32);

impl FilePermissions {
    /// `r`
    pub const READ: FilePermissions = FilePermissions(READ);
    /// `w`, which includes appending.
    pub const WRITE: FilePermissions = FilePermissions(WRITE | APPEND);
    /// `a`
    pub const APPEND: FilePermissions = FilePermissions(APPEND);
    /// `l`
    pub const LINK: FilePermissions = FilePermissions(LINK);
    /// `k`
    pub const LOCK: FilePermissions = FilePermissions(LOCK);
    /// `m`
    pub const MMAP: FilePermissions = FilePermissions(MMAP_EXEC);
    /// Writing without appending: only rules that other rules imply have it.
    pub(crate) const OVERWRITE: FilePermissions = FilePermissions(WRITE);
    /// Every permission there is, exec aside.
    pub const ALL: FilePermissions = FilePermissions(PERMISSIONS & !EXEC);

    const WORDS: &'static [(FilePermissions, char)] = &[
        (Self::MMAP, 'm'),
        (Self::READ, 'r'),
        (Self::WRITE, 'w'),
        (Self::APPEND, 'a'),
        (Self::LINK, 'l'),
        (Self::LOCK, 'k'),
    ];

    /// The permission of a letter. Upper case is obsolete and means the same.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<FilePermissions> {
        let lower = match letter {
            'R' | 'W' | 'L' | 'M' => letter.to_ascii_lowercase(),
            _ => letter,
        };
        Self::WORDS.iter().find(|(_, one)| *one == lower).map(|&(set, _)| set)
    }

    /// The letters of the set, each as `(permission, letter)`; `a` is not listed beside `w`, which includes it.
    pub fn letters(self) -> impl Iterator<Item = (FilePermissions, char)> {
        let written = Self::WORDS.iter().copied().filter(move |&(one, _)| self.contains(one));
        written.filter(move |&(one, _)| one != Self::APPEND || !self.contains(Self::WRITE))
    }
}

set_operations!(FilePermissions);

impl Vocabulary for FilePermissions {
    const KIND: &'static str = "file permission";

    fn from_word(word: &[u8]) -> Option<Self> {
        if word.is_empty() {
            return None;
        }
        word.iter().map(|&letter| Self::from_letter(letter.into())).collect()
    }

    fn to_word(&self) -> Cow<'static, str> {
        self.letters().map(|(_, letter)| letter).collect::<String>().into()
    }
}

word_traits!(FilePermissions);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters() {
        assert_eq!(FilePermissions::from_letter('w').map(FilePermissions::bits), Some(0xa));
        assert_eq!(FilePermissions::from_letter('R'), Some(FilePermissions::READ));
        assert_eq!(["x", "A", "K"].map(|word| FilePermissions::from_word(word.as_bytes())), [None; 3]);
        // What `file,` grants a half, exec aside.
        assert_eq!("mrwlk".parse(), Ok(FilePermissions::ALL));
        assert_eq!(EXEC_TYPE, 0x3f80);
        assert_eq!(OTHER_HALF, 0x0fff_c000);
    }
}
