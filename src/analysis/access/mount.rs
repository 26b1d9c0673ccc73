//! mount, remount, umount and `pivot_root`.

use std::fmt;

use serde::Serialize;

use super::UsageError;
use super::plan::{Plan, Strings, Way};
use super::words::{Words, write_word};
use crate::blob::Profile;
use crate::source::Text;
use crate::vocab::{classes, mount as flags};

const PIVOT_ROOT: u32 = 0x1;
const MOUNT: u32 = 0x2;
const UMOUNT: u32 = 0x4;
/// Flags that count for a change of propagation.
const MAKE: u32 = flags::PROPAGATION | flags::REC | 1 << 15;

/// A mount or remount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MountAccess {
    /// What is mounted; `None` where the kernel takes none (remount, propagation).
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
    word.split(|&byte| byte == b',').try_fold(0, |all, word| Some(all | flags::flag(word)?.sets))
}

impl MountAccess {
    pub(super) fn parse(words: &mut Words<'_>, remount: bool) -> Result<MountAccess, UsageError> {
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
            return Err(UsageError::new(if alone {
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

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::MOUNT, "mounts");
        let set = self.flags;
        // Which command a kernel makes of the flags, and what it then looks at.
        let (source, fstype, set) = match set {
            _ if set & flags::REMOUNT != 0 => (None, None, set),
            _ if set & flags::BIND != 0 => (self.source.as_ref(), None, set & flags::BIND_MASK),
            _ if set & flags::PROPAGATION != 0 => (None, None, set & MAKE),
            _ if set & flags::MOVE != 0 => (self.source.as_ref(), None, flags::MOVE),
            _ => (self.source.as_ref(), self.fstype.as_ref(), set),
        };
        let field = |value: Option<&Text>| value.map_or_else(Vec::new, |value| value.to_vec());
        // A detached mount has no source.
        let source = if source.is_some_and(|source| &**source == b"detached") { None } else { source };
        let fields = [self.point.to_vec(), field(source), field(fstype), flag_bytes(set)];
        let string = [&[classes::MOUNT][..], &fields.join(&0)].concat();
        let name = if self.flags & flags::REMOUNT == 0 { "mount" } else { "remount" };
        plan.check(name, MOUNT, Way::Policy(Strings::one(string)));
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

fn unknown_flag(list: &[u8]) -> UsageError {
    let word = list.split(|&byte| byte == b',').find(|word| flags::flag(word).is_none()).unwrap_or(list);
    UsageError::unknown(word, "no mount flag", flags::ALL.iter().map(|flag| flag.name))
}

/// The numbers of the flags that are set, from 1 on.
fn flag_bytes(set: u32) -> Vec<u8> {
    (0_u8..32).filter(|bit| set >> bit & 1 == 1).map(|bit| bit + 1).collect()
}

fn directory(path: &Text) -> Option<Text> {
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
            for flag in flags::ALL.iter().filter(|flag| flag.sets.count_ones() == want) {
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
pub struct UmountAccess {
    /// The mount point.
    pub point: Text,
}

impl UmountAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<UmountAccess, UsageError> {
        Ok(UmountAccess { point: words.expect("the mount point")? })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::MOUNT, "mounts");
        let string = [&[classes::MOUNT][..], &self.point].concat();
        plan.check("umount", UMOUNT, Way::Policy(Strings::one(string)));
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

/// A change of the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PivotRootAccess {
    /// What becomes the root.
    pub new_root: Text,
    /// Where the old root goes.
    pub old_root: Text,
}

impl PivotRootAccess {
    pub(super) fn parse(words: &mut Words<'_>) -> Result<PivotRootAccess, UsageError> {
        let old = words.value("oldroot");
        let new_root = words.expect("the new root")?;
        let old_root = match old {
            Some(old) => old.into(),
            None => words.expect("where the old root goes")?,
        };
        Ok(PivotRootAccess { new_root, old_root })
    }

    pub(super) fn plan(&self, profile: &Profile) -> Plan {
        let mut plan = Plan::of_class(profile, classes::MOUNT, "mounts");
        let string = [&[classes::MOUNT][..], &self.new_root, b"\0", &self.old_root].concat();
        plan.check("pivot_root", PIVOT_ROOT, Way::Policy(Strings::one(string)));
        plan
    }

    pub(super) fn to_directory(&self) -> Option<PivotRootAccess> {
        let (new, old) = (directory(&self.new_root), directory(&self.old_root));
        (new.is_some() || old.is_some()).then(|| PivotRootAccess {
            new_root: new.unwrap_or_else(|| self.new_root.clone()),
            old_root: old.unwrap_or_else(|| self.old_root.clone()),
        })
    }
}

impl fmt::Display for PivotRootAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pivot_root ")?;
        write_word(f, &self.new_root)?;
        f.write_str(" ")?;
        write_word(f, &self.old_root)
    }
}
