//! Resolved `mount`, `remount` and `umount` rules.

use serde::Serialize;

use super::{Glob, MountOperation};

/// Permission to mount, remount or unmount.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MountRule {
    /// The operation: one of the three.
    pub operation: MountOperation,
    /// Each `options=` list: the flags that must be set.
    pub options: Vec<MountOptions>,
    /// Each `options in` list: the flags that may be set.
    pub optional: Vec<MountOptions>,
    /// `fstype=`, all lists joined.
    pub fstypes: Vec<Glob>,
    /// The source, with slashes collapsed; `detached` means a mount that is attached nowhere.
    pub source: Option<Glob>,
    /// The mount point, slashes filtered.
    pub point: Option<Glob>,
}

/// The words of one list of mount options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct MountOptions {
    /// Flag bits of words that set (`ro`).
    pub set: u32,
    /// Flag bits of words that clear (`rw`).
    pub clear: u32,
}
