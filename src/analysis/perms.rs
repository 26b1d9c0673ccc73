//! The effective permissions of a state, in one form for both encodings.
//!
//! Blobs without a permission table pack permissions into the accept words of a state, blobs with one hold the index of a
//! table entry there. Both mean the same (the kernel expands the first into the second), so both become [`FilePerms`] or
//! [`ClassPerms`] here, with the kernel's bits (`AA_MAY_…`).
//!
//! These parts of an entry are kept, for these reasons:
//!
//! * `allow` without the bits of `deny`: a permission is granted iff it is in one and not in the other.
//! * `audit` only on bits that are allowed or prompted: the kernel logs a request if it is granted as a whole, so audit on
//!   a denied bit is never looked at.
//! * `quiet` only on bits that are not allowed: it silences the record of a denial.
//! * `prompt` only on bits that are not allowed. Packed words cannot hold it.
//! * the exec transition only where exec or onexec is allowed, with the *name* after a table index; the order of the
//!   transition table means nothing. `:ns` NUL `name` and `:ns:name` are one name.
//! * the rest, which the reference compiler leaves at 0, as it stands.
//!
//! The flags of the profile (audit, complain, kill) change what a kernel does with these words, but the same way for
//! equal words, so they are compared as fields of the profile and change nothing here.

use serde::Serialize;

use crate::automata::Symbol;
use crate::blob::{BlobProfile, Perms, PolicyDb, Xmatch};

/// Execute; pivot_root in the mount class.
pub const EXEC: u32 = 0x1;
/// Write, send, trace, mount.
pub const WRITE: u32 = 0x2;
/// Read, receive, umount.
pub const READ: u32 = 0x4;
/// Append.
pub const APPEND: u32 = 0x8;
/// Read attributes: granted everywhere in files.
pub const GETATTR: u32 = 0x200;
/// Lock; in a link pair: the link needs a subset of the target's permissions. Granted everywhere in other classes.
pub const LOCK: u32 = 0x8000;
/// Map executable.
pub const EXEC_MMAP: u32 = 0x1_0000;
/// Hard link.
pub const LINK: u32 = 0x4_0000;
/// Change profile at the next exec.
pub const ONEXEC: u32 = 0x2000_0000;
/// Change profile.
pub const CHANGE_PROFILE: u32 = 0x4000_0000;

const X_NAME: u32 = 0x0400_0000;
const X_TABLE: u32 = 0x0800_0000;
const X_TYPE: u32 = X_NAME | X_TABLE;
const X_UNSAFE: u32 = 0x1000_0000;
const X_CHILD: u32 = 0x2000_0000;
const X_INHERIT: u32 = 0x4000_0000;
const X_UNCONFINED: u32 = 0x8000_0000;
const X_INDEX: u32 = 0x00ff_ffff;

/// Permissions on a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FilePerms {
    /// The half for the owner of the file.
    pub owner: FilePermsHalf,
    /// The half for everybody else.
    pub other: FilePermsHalf,
}

/// The owner's half of file permissions, or the others'.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub struct FilePermsHalf {
    /// Granted.
    pub allow: u32,
    /// Granted or prompted, and logged.
    pub audit: u32,
    /// Denied, and not logged.
    pub quiet: u32,
    /// User space is asked.
    pub prompt: u32,
    /// The transition on exec, if exec or onexec is granted.
    pub exec: Option<ExecTransition>,
    /// The words that no known compiler fills.
    pub rare: RareWords,
}

/// A transition on exec.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub struct ExecTransition {
    /// The target of the transition.
    pub target: TransitionTarget,
    /// The environment is kept.
    pub r#unsafe: bool,
    /// The target is looked for among the children of the profile.
    pub child: bool,
    /// Stay in the profile if there is no target.
    pub inherit: bool,
    /// Become unconfined if there is no target.
    pub unconfined: bool,
}

/// The target of an exec transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TransitionTarget {
    /// Nowhere: the fallback decides.
    #[default]
    None,
    /// To the profile that attaches to the executable.
    Attachment,
    /// To the profile of this name, written `:ns:name` where it has a namespace.
    Named(Vec<u8>),
    /// To an entry that the transition table does not have. No kernel loads this.
    Missing(u32),
    /// Both type bits of the word are set; kernels take that, and no compiler writes it.
    Reserved(u32),
}

/// Permissions on a string of any class but files.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub struct ClassPerms {
    /// Granted.
    pub allow: u32,
    /// Granted or prompted, and logged.
    pub audit: u32,
    /// Denied, and not logged.
    pub quiet: u32,
    /// User space is asked.
    pub prompt: u32,
    /// The words that no known compiler fills.
    pub rare: RareWords,
}

/// Words of a permission entry that no known compiler fills, as they stand; those on denied bits without the allowed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub struct RareWords {
    /// Granted for a whole subtree.
    pub subtree: u32,
    /// Conditional.
    pub cond: u32,
    /// Denied: kill.
    pub kill: u32,
    /// Denied: log and grant.
    pub complain: u32,
    /// Denied: hide the object.
    pub hide: u32,
    /// Tag.
    pub tag: u32,
    /// Label.
    pub label: u32,
}

impl FilePerms {
    /// No permission: what the trap state of a file automaton means, and the absence of file rules.
    #[must_use]
    pub fn none() -> Self {
        let half = FilePermsHalf { allow: GETATTR, ..FilePermsHalf::default() };
        Self { owner: half.clone(), other: half }
    }

    /// The permissions of `state` in the file section `db`. A state that does not exist has none.
    #[must_use]
    pub fn of_state(db: &PolicyDb, state: usize) -> Self {
        let accept = db.dfa.accept.get(state).copied().unwrap_or(0);
        Self::of_words(db, accept, accept2(db, state))
    }

    /// The permissions that two accept words mean in the file section `db`.
    #[must_use]
    pub fn of_words(db: &PolicyDb, accept: u32, accept2: u32) -> Self {
        let Some(table) = &db.perms else {
            return Self {
                owner: FilePermsHalf::from_entry(&packed_half(accept, accept2), db),
                // change_profile and onexec are not per half.
                other: FilePermsHalf::from_entry(
                    &packed_half(accept >> 14 & 0x3fff | accept & 0xc000_0000, accept2 >> 14),
                    db,
                ),
            };
        };
        let entry = |offset: u32| {
            let index = usize::try_from(accept.saturating_add(offset)).unwrap_or(usize::MAX);
            table.get(index).copied().unwrap_or_default()
        };
        // Only `permsv` 3 has the flag; before it the first entry of a pair counts for everybody.
        let owner_conditional = db.perms_version.unwrap_or(0) > 2 && accept2 & 1 != 0;
        let owner = FilePermsHalf::from_entry(&entry(0), db);
        let other = if owner_conditional { FilePermsHalf::from_entry(&entry(1), db) } else { owner.clone() };
        Self { owner, other }
    }
}

impl FilePermsHalf {
    fn from_entry(entry: &Perms, db: &PolicyDb) -> Self {
        let plain = CommonPerms::of(entry);
        let exec =
            (plain.allow & (EXEC | ONEXEC) != 0).then(|| ExecTransition::of_xindex(entry.xindex, &db.transitions));
        let CommonPerms { allow, audit, quiet, prompt, rare } = plain;
        Self { allow, audit, quiet, prompt, exec, rare }
    }
}

impl ClassPerms {
    /// The permissions of `state` in the policydb `db` of a profile with this version word.
    /// A state that does not exist has none.
    #[must_use]
    pub fn of_state(db: &PolicyDb, version: u32, state: usize) -> Self {
        let accept = db.dfa.accept.get(state).copied().unwrap_or(0);
        Self::of_words(db, version, accept, accept2(db, state))
    }

    /// The permissions that two accept words mean in the policydb `db` of a profile with this version word.
    #[must_use]
    pub fn of_words(db: &PolicyDb, version: u32, accept: u32, accept2: u32) -> Self {
        let entry = match &db.perms {
            Some(table) => {
                let index = usize::try_from(accept).unwrap_or(usize::MAX);
                table.get(index).copied().unwrap_or_default()
            }
            None => packed_class(version, accept, accept2),
        };
        let CommonPerms { allow, audit, quiet, prompt, rare } = CommonPerms::of(&entry);
        Self { allow, audit, quiet, prompt, rare }
    }

    /// Returns the permissions of some bits only.
    #[must_use]
    pub fn only(self, bits: u32) -> Self {
        let Self { allow, audit, quiet, prompt, rare } = self;
        Self { allow: allow & bits, audit: audit & bits, quiet: quiet & bits, prompt: prompt & bits, rare }
    }
}

impl ExecTransition {
    /// Returns the meaning of a transition word, with the names of `transitions`.
    #[must_use]
    pub fn of_xindex(xindex: u32, transitions: &[Vec<u8>]) -> Self {
        let index = xindex & X_INDEX;
        let target = match xindex & X_TYPE {
            0 => TransitionTarget::None,
            X_NAME => TransitionTarget::Attachment,
            X_TABLE => {
                let name = usize::try_from(index).ok().and_then(|index| transitions.get(index));
                // The kernel puts the colon back in the place of the NUL.
                let with_colon =
                    |name: &Vec<u8>| name.iter().map(|&byte| if byte == 0 { b':' } else { byte }).collect();
                name.map(with_colon).map_or(TransitionTarget::Missing(index), TransitionTarget::Named)
            }
            _ => TransitionTarget::Reserved(index),
        };
        Self {
            target,
            r#unsafe: xindex & X_UNSAFE != 0,
            child: xindex & X_CHILD != 0,
            inherit: xindex & X_INHERIT != 0,
            unconfined: xindex & X_UNCONFINED != 0,
        }
    }
}

/// The bits about which two permissions on files say different things.
pub(super) fn file_difference(a: &FilePerms, b: &FilePerms) -> u32 {
    let half = |a: &FilePermsHalf, b: &FilePermsHalf| {
        let exec = if a.exec == b.exec { 0 } else { EXEC | ONEXEC };
        let exec = exec & (a.allow | b.allow);
        exec | bits([a.allow, a.audit, a.quiet, a.prompt], [b.allow, b.audit, b.quiet, b.prompt])
    };
    half(&a.owner, &b.owner) | half(&a.other, &b.other)
}

/// The same for the other classes.
pub(super) fn class_difference(a: &ClassPerms, b: &ClassPerms) -> u32 {
    bits([a.allow, a.audit, a.quiet, a.prompt], [b.allow, b.audit, b.quiet, b.prompt])
}

fn bits(a: [u32; 4], b: [u32; 4]) -> u32 {
    a.into_iter().zip(b).fold(0, |bits, (a, b)| bits | (a ^ b))
}

/// Whether `state` of an attachment automaton accepts: the profile attaches to what leads there.
#[must_use]
pub fn attaches(xmatch: &Xmatch, state: usize) -> bool {
    xmatch.dfa.accept.get(state).is_some_and(|accept| accept & EXEC != 0)
}

/// Whether the class of the byte `class` is mediated at all: what is not mediated is granted.
///
/// The state after that byte decides; its permissions do not matter.
#[must_use]
pub fn mediates(profile: &BlobProfile, class: u8) -> bool {
    profile.policydb.as_ref().is_some_and(|db| {
        let start = db.start.unwrap_or(1);
        db.dfa.step(start, Symbol::Byte(class)) != 0
    })
}

struct CommonPerms {
    allow: u32,
    audit: u32,
    quiet: u32,
    prompt: u32,
    rare: RareWords,
}

impl CommonPerms {
    fn of(entry: &Perms) -> Self {
        let allow = entry.allow & !entry.deny;
        let prompt = entry.prompt & !allow;
        Self {
            allow,
            audit: entry.audit & (allow | prompt),
            quiet: entry.quiet & !allow,
            prompt,
            rare: RareWords {
                subtree: entry.subtree & allow,
                cond: entry.cond,
                kill: entry.kill & !allow,
                complain: entry.complain & !allow,
                hide: entry.hide & !allow,
                tag: entry.tag,
                label: entry.label,
            },
        }
    }
}

fn accept2(db: &PolicyDb, state: usize) -> u32 {
    db.dfa.accept2.as_ref().and_then(|accept2| accept2.get(state)).copied().unwrap_or(0)
}

/// The entry that bits 0–13 and 30, 31 of a packed word stand for, as kernels expand it; `second` holds seven bits of audit
/// and seven of quiet.
fn packed_half(first: u32, second: u32) -> Perms {
    let mut allow = file_bits(first) | GETATTR;
    if first & (1 << 31) != 0 {
        allow |= CHANGE_PROFILE;
    }
    if first & (1 << 30) != 0 {
        allow |= ONEXEC;
    }
    let mut xindex = 0;
    for (bit, flag) in [(0x80, X_UNCONFINED), (0x100, X_UNSAFE), (0x200, X_INHERIT)] {
        if first & bit != 0 {
            xindex |= flag;
        }
    }
    xindex |= match first >> 10 & 0xf {
        0 => 0,
        1 => X_UNCONFINED,
        2 => X_NAME,
        3 => X_NAME | X_CHILD,
        index => X_TABLE | (index - 4),
    };
    Perms { allow, audit: file_bits(second), quiet: file_bits(second >> 7), xindex, ..Perms::default() }
}

/// Returns the kernel's bits for seven packed file permissions.
fn file_bits(packed: u32) -> u32 {
    let mut bits = packed & 0xf;
    for (bit, more) in [
        // Read: getattr, open.
        (0x4, 0x240),
        // Write: setattr, create, delete, chmod, chown, open.
        (0x2, 0x3170),
        (0x10, LINK),
        (0x20, LOCK),
        (0x40, EXEC_MMAP),
    ] {
        if packed & bit != 0 {
            bits |= more;
        }
    }
    bits
}

/// The entry that packed words of the policydb stand for.
fn packed_class(version: u32, accept: u32, accept2: u32) -> Perms {
    // Up to ABI 8 lock is granted everywhere; from 9 on bits 7 to 13, which held exec modifiers before, are permissions.
    let more = if version & 0x3ff > 8 { (accept & 0x80) | (accept & 0x3f00) << 2 } else { LOCK };
    Perms {
        allow: (accept & 0x8000_007f) | class_bits(accept >> 14) | more,
        audit: (accept2 & 0x7f) | class_bits(accept2 >> 14),
        quiet: (accept2 >> 7 & 0x7f) | class_bits(accept2 >> 21),
        ..Perms::default()
    }
}

/// Returns the kernel's bits for the seven upper permissions of a packed word.
fn class_bits(packed: u32) -> u32 {
    (packed & 0x3) << 8 | (packed & 0x1c) << 18 | (packed & 0x60) << 19
}
