//! Mounts: `mount point, NUL, source, NUL, type, NUL, flags, NUL, data`; unmounts have the mount point alone, changes of the root
//! `new root, NUL, old root`.

use std::fmt;

use serde::Serialize;

use super::reader::Reader;
use super::{Asked, value};
use crate::analysis::names::Quoted;
use crate::source::Text;
use crate::vocab::mount as flags;

/// The permission to unmount, behind the mount point.
const UMOUNT: u32 = 0x4;

/// A mount of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// What is mounted.
    pub source: Option<Text>,
    /// Where.
    pub target: Text,
    /// The type of the file system.
    pub fstype: Option<Text>,
    /// The flags by name; `None` where the string ends before them. What is no flag is a number.
    pub flags: Option<Vec<String>>,
    /// The data for the file system.
    pub data: Option<Text>,
}

/// An unmount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Umount {
    /// The mount point.
    pub target: Text,
}

/// A change of the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PivotRoot {
    /// The new root.
    pub new_root: Text,
    /// Where the old root goes.
    pub old_root: Text,
}

/// What a string asks about depends on how far it goes.
pub(super) fn decode(bytes: &[u8], permissions: u32) -> Asked {
    let mut reader = Reader::new(bytes);
    let nuls = bytes.iter().filter(|&&byte| byte == 0).count();
    let target = Text::from(reader.field().unwrap_or_default());
    match nuls {
        0 if bytes.is_empty() || permissions & UMOUNT != 0 => return Asked::Umount(Umount { target }),
        1 => return Asked::PivotRoot(PivotRoot { new_root: target, old_root: Text::from(reader.rest()) }),
        _ => {}
    }
    let mut field = |number: usize| (nuls >= number).then(|| Text::from(reader.field().unwrap_or_default()));
    let (source, fstype, flags) = (field(1), field(2), field(3));
    let data = (nuls >= 4).then(|| Text::from(reader.rest()));
    Asked::Mount(Mount { source, target, fstype, flags: flags.map(|flags| flag_words(&flags)), data })
}

/// The words of flags: the byte of each is its bit number + 1.
fn flag_words(bytes: &[u8]) -> Vec<String> {
    let bit = |byte: u8| byte.checked_sub(1).and_then(|bit| 1_u32.checked_shl(bit.into()));
    let recursive = bytes.iter().any(|&byte| bit(byte) == Some(flags::REC));
    let mut words = Vec::new();
    let mut prefixed = false;
    for &byte in bytes {
        let Some(bit) = bit(byte) else {
            words.push(format!("{byte:#x}"));
            continue;
        };
        // The recursive flag is part of the word of the flag that it belongs to.
        let with = recursive.then(|| flags::name(bit | flags::REC)).flatten();
        match (with, flags::name(bit)) {
            (Some(word), _) => {
                prefixed = true;
                words.push(word.to_owned());
            }
            (None, Some(word)) => words.push(word.to_owned()),
            (None, None) if bit == flags::REC => {}
            (None, None) => words.push(format!("{bit:#x}")),
        }
    }
    if recursive && !prefixed {
        words.push("rec".to_owned());
    }
    words
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mount")?;
        value(f, "", self.source.as_ref().filter(|source| !source.is_empty()))?;
        write!(f, " to {}", Quoted(&self.target))?;
        value(f, "type", self.fstype.as_ref().filter(|fstype| !fstype.is_empty()))?;
        if let Some(flags) = &self.flags {
            if flags.is_empty() { f.write_str(" without flags")? } else { write!(f, " flags ({})", flags.join(" "))? }
        }
        value(f, "data", self.data.as_ref())
    }
}

impl fmt::Display for Umount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "umount {}", Quoted(&self.target))
    }
}

impl fmt::Display for PivotRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pivot_root to {} old root {}", Quoted(&self.new_root), Quoted(&self.old_root))
    }
}
