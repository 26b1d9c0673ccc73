//! `pivot_root`: the new root, NUL, where the old root goes.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::mount::directory;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::words::{RemainingWords, write_word};
use crate::analysis::names::Quoted;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::classes;

const PIVOT_ROOT: u32 = 0x1;

/// A change of the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PivotRootAccess {
    /// The directory that becomes the root.
    pub new_root: Text,
    /// The directory that the old root is moved to.
    pub old_root: Text,
}

impl PivotRootAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<PivotRootAccess, AccessError> {
        let old = words.value("oldroot");
        let new_root = words.expect("the new root")?;
        let old_root = match old {
            Some(old) => old.into(),
            None => words.expect("where the old root goes")?,
        };
        Ok(PivotRootAccess { new_root, old_root })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::MOUNT, "mounts");
        let roots = AskedPivotRoot { new_root: self.new_root.clone(), old_root: self.old_root.clone() };
        let string = [&[classes::MOUNT][..], &roots.encode()].concat();
        plan.check("pivot_root", PIVOT_ROOT, LookupPlace::Policy(MatchStrings::one(string)));
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

/// A change of the root, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedPivotRoot {
    /// The new root.
    pub new_root: Text,
    /// The directory that the old root is moved to.
    pub old_root: Text,
}

impl AskedPivotRoot {
    /// The string without the class.
    fn encode(&self) -> Vec<u8> {
        [&*self.new_root, b"\0", &*self.old_root].concat()
    }
}

impl fmt::Display for AskedPivotRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pivot_root to {} old root {}", Quoted(&self.new_root), Quoted(&self.old_root))
    }
}
