//! mount, remount and umount: `mount point, NUL, source, NUL, type, NUL, flags, NUL, data`; unmounts have the mount point alone.

use std::fmt;

use serde::{Serialize, Serializer};

use super::AccessError;
use super::asked::{Asked, value};
use super::pivot_root::AskedPivotRoot;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::StringReader;
use super::words::{RemainingWords, write_word};
use crate::analysis::names::Quoted;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{MountOption, Vocabulary, classes, mount as flags};

const MOUNT: u32 = 0x2;
const UMOUNT: u32 = 0x4;
/// Flags that count for a change of propagation.
const MAKE: u32 = flags::PROPAGATION | flags::REC | 1 << 15;

/// A mount or remount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MountAccess {
    /// The source of the mount; `None` where the kernel takes none (remount, propagation).
    pub source: Option<Text>,
    /// The mount point.
    pub point: Text,
    /// The type of file system.
    pub fstype: Option<Text>,
    /// Flags (`MS_…`).
    pub flags: u32,
}

/// The bits of a list of flags; `None` where one of the words is none.
fn flag_list(word: &[u8]) -> Option<u32> {
    word.split(|&byte| byte == b',').try_fold(0, |all, word| Some(all | MountOption::from_word(word)?.sets))
}

impl MountAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>, remount: bool) -> Result<MountAccess, AccessError> {
        let mut bits = if remount { flags::REMOUNT } else { 0 };
        let mut fstype = words.value("fstype").map(Text::from);
        if let Some(list) = words.value("options") {
            let list = list.strip_prefix(b"(").and_then(|list| list.strip_suffix(b")")).unwrap_or(list);
            bits |= flag_list(list).ok_or_else(|| unknown_flag(list))?;
        }
        let mut names: Vec<Text> = Vec::new();
        while let Some(word) = words.next() {
            match flag_list(word) {
                _ if word == b"->" => {}
                Some(more) if !word.starts_with(b"/") => bits |= more,
                _ => names.push(word.into()),
            }
        }
        let alone = bits & (flags::REMOUNT | flags::PROPAGATION) != 0;
        let mut names = names.into_iter();
        let source = if alone { None } else { names.next() };
        let Some(point) = names.next() else {
            return Err(AccessError::new(if alone {
                "the mount point is missing"
            } else {
                "source or mount point is missing: `mount SOURCE POINT [FSTYPE] [FLAG,…]`"
            }));
        };
        if let Some(word) = names.next() {
            if alone || fstype.is_some() || bits & flags::COMMANDS != 0 || word.contains(&b',') {
                return Err(unknown_flag(&word));
            }
            fstype = Some(word);
        }
        if let Some(word) = names.next() {
            return Err(unknown_flag(&word));
        }
        Ok(MountAccess { source, point, fstype, flags: bits })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::MOUNT, "mounts");
        let set = self.flags;
        // Which command a kernel makes of the flags, and what it then looks at.
        let (source, fstype, set) = match set {
            _ if set & flags::REMOUNT != 0 => (None, None, set),
            _ if set & flags::BIND != 0 => (self.source.as_ref(), None, set & flags::BIND_MASK),
            _ if set & flags::PROPAGATION != 0 => (None, None, set & MAKE),
            _ if set & flags::MOVE != 0 => (self.source.as_ref(), None, flags::MOVE),
            _ => (self.source.as_ref(), self.fstype.as_ref(), set),
        };
        let field = |value: Option<&Text>| Some(value.cloned().unwrap_or_default());
        // A detached mount has no source.
        let source = if source.is_some_and(|source| &**source == b"detached") { None } else { source };
        let mount = AskedMount {
            source: field(source),
            target: self.point.clone(),
            fstype: field(fstype),
            flags: Some(flag_bytes(set)),
            data: None,
        };
        let string = [&[classes::MOUNT][..], &mount.encode()].concat();
        let name = if self.flags & flags::REMOUNT == 0 { "mount" } else { "remount" };
        plan.check(name, MOUNT, LookupPlace::Policy(MatchStrings::one(string)));
        plan
    }

    pub(super) fn to_directory(&self) -> Option<MountAccess> {
        let point = directory(&self.point)?;
        // Of bind mounts and moves the source is a directory, too.
        let binds = self.flags & (flags::BIND | flags::MOVE) != 0;
        let source = match &self.source {
            Some(source) if binds && &**source != b"detached" => Some(directory(source).unwrap_or(source.clone())),
            source => source.clone(),
        };
        Some(MountAccess { point, source, ..self.clone() })
    }
}

fn unknown_flag(list: &[u8]) -> AccessError {
    let word = list.split(|&byte| byte == b',').find(|word| MountOption::from_word(word).is_none()).unwrap_or(list);
    AccessError::unknown(word, "no mount flag", MountOption::words())
}

/// The numbers of the flags that are set, from 1 on.
fn flag_bytes(set: u32) -> Vec<u8> {
    (0_u8..32).filter(|bit| set >> bit & 1 == 1).map(|bit| bit + 1).collect()
}

pub(super) fn directory(path: &Text) -> Option<Text> {
    (path.starts_with(b"/") && !path.ends_with(b"/")).then(|| [&**path, b"/"].concat().into())
}

impl fmt::Display for MountAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mount")?;
        for word in [self.source.as_ref(), Some(&self.point), self.fstype.as_ref()].into_iter().flatten() {
            f.write_str(" ")?;
            write_word(f, word)?;
        }
        if self.flags == 0 {
            return Ok(());
        }
        // Words of several bits before those of one.
        let mut rest = self.flags;
        let mut names = Vec::new();
        for want in [2, 1] {
            for flag in MountOption::ALL.iter().filter(|flag| flag.sets.count_ones() == want) {
                if rest & flag.sets == flag.sets {
                    names.push(flag.name);
                    rest &= !flag.sets;
                }
            }
        }
        write!(f, " {}", names.join(","))
    }
}

/// An unmount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UmountAccess {
    /// The mount point.
    pub point: Text,
}

impl UmountAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<UmountAccess, AccessError> {
        Ok(UmountAccess { point: words.expect("the mount point")? })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::MOUNT, "mounts");
        let string = [&[classes::MOUNT][..], &AskedUmount { target: self.point.clone() }.encode()].concat();
        plan.check("umount", UMOUNT, LookupPlace::Policy(MatchStrings::one(string)));
        plan
    }

    pub(super) fn to_directory(&self) -> Option<UmountAccess> {
        directory(&self.point).map(|point| UmountAccess { point })
    }
}

impl fmt::Display for UmountAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("umount ")?;
        write_word(f, &self.point)
    }
}

/// A mount of any kind, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedMount {
    /// The source of the mount.
    pub source: Option<Text>,
    /// The mount point.
    pub target: Text,
    /// The type of the file system.
    pub fstype: Option<Text>,
    /// The flags, a byte each: the number of the bit, from 1 on. `None` where the string ends before them. Words when serialised,
    /// as far as there are any.
    #[serde(serialize_with = "by_name")]
    pub flags: Option<Vec<u8>>,
    /// The data for the file system.
    pub data: Option<Text>,
}

/// An unmount, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedUmount {
    /// The mount point.
    pub target: Text,
}

/// The length of a string decides what it asks about.
pub(super) fn decode(bytes: &[u8], permissions: u32) -> Asked {
    let mut reader = StringReader::new(bytes);
    let nuls = bytes.iter().filter(|&&byte| byte == 0).count();
    let target = Text::from(reader.field().unwrap_or_default());
    match nuls {
        0 if bytes.is_empty() || permissions & UMOUNT != 0 => return Asked::Umount(AskedUmount { target }),
        1 => return Asked::PivotRoot(AskedPivotRoot { new_root: target, old_root: Text::from(reader.rest()) }),
        _ => {}
    }
    let mut field = |number: usize| (nuls >= number).then(|| Text::from(reader.field().unwrap_or_default()));
    let (source, fstype, flags) = (field(1), field(2), field(3));
    let data = (nuls >= 4).then(|| Text::from(reader.rest()));
    Asked::Mount(AskedMount { source, target, fstype, flags: flags.map(|flags| flags.to_vec()), data })
}

impl AskedMount {
    /// The string without the class; fields after one that is not there are left out.
    fn encode(&self) -> Vec<u8> {
        let fields = [self.source.as_deref(), self.fstype.as_deref(), self.flags.as_deref(), self.data.as_deref()];
        let there = fields.into_iter().map_while(|field| field);
        std::iter::once(self.target.as_bytes()).chain(there).collect::<Vec<_>>().join(&0)
    }
}

impl AskedUmount {
    fn encode(&self) -> Vec<u8> {
        self.target.to_vec()
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
fn by_name<S: Serializer>(flags: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    flags.as_deref().map(flag_words).serialize(serializer)
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
        let with = recursive.then(|| MountOption::name_of(bit | flags::REC)).flatten();
        match (with, MountOption::name_of(bit)) {
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

impl fmt::Display for AskedMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mount")?;
        value(f, "", self.source.as_ref().filter(|source| !source.is_empty()))?;
        write!(f, " to {}", Quoted(&self.target))?;
        value(f, "type", self.fstype.as_ref().filter(|fstype| !fstype.is_empty()))?;
        if let Some(flags) = &self.flags {
            if flags.is_empty() {
                f.write_str(" without flags")?
            } else {
                write!(f, " flags ({})", flag_words(flags).join(" "))?
            }
        }
        value(f, "data", self.data.as_ref())
    }
}

impl fmt::Display for AskedUmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "umount {}", Quoted(&self.target))
    }
}
