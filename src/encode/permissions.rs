//! Turns permissions into the words that the kernel reads.
//!
//! Older kernels read two packed words a state (`aa_compute_fperms` in `security/apparmor/policy_compat.c` takes them apart), newer
//! ones a table of permissions that the first word is an index of. Both say the same.

use super::resolution::{ExecType, FileWordHalf, StatePermissions};
use crate::blob::Perms;
use crate::vocab::file as bits;

/// Permissions whose audit and quiet state can be expressed: seven in each half.
const AUDITABLE: u32 = bits::PERMISSIONS | bits::PERMISSIONS << bits::OTHER;

/// `getattr`: granted for every path.
const GETATTR: u32 = 0x200;
/// `setattr`, `create`, `delete`, `open`, `chmod`, `chown`: what `w` grants beside writing.
const WITH_WRITE: u32 = 0x3170;
/// `getattr` and `open`: what `r` grants beside reading.
const WITH_READ: u32 = 0x240;
/// `lock` of a permission table.
const LOCK: u32 = 0x8000;
const MMAP_EXEC: u32 = 0x1_0000;
const LINK: u32 = 0x4_0000;
const CONTINUE_MATCH: u32 = 0x0800_0000;
const ON_EXEC: u32 = 0x2000_0000;
const CHANGE_PROFILE: u32 = 0x4000_0000;

/// Flags of an exec index.
const BY_NAME: u32 = 0x0400_0000;
const BY_TABLE: u32 = 0x0800_0000;
const UNSAFE: u32 = 0x1000_0000;
const CHILD: u32 = 0x2000_0000;
const INHERIT: u32 = 0x4000_0000;
const UNCONFINED: u32 = 0x8000_0000;

/// The bit in the policy automaton of a table-less blob, and in rule words: more is to be matched after this prefix.
const CONTINUE_RULE: u32 = 0x1000_0000;

/// The packed words: permissions; audit and quiet.
pub(super) fn packed(permissions: &StatePermissions) -> (u32, u32) {
    let StatePermissions { allow, audit, quiet, owner_exec, other_exec, .. } = *permissions;
    let exec = |exec: ExecType, half: FileWordHalf| {
        // Indices below 4 are no slots; slots are counted from 1 here.
        let index = if exec.transition == 0 { 0 } else { u32::from(exec.transition) + 3 };
        let present = allow >> half.shift() & bits::EXEC != 0;
        if present { (exec.bits | index << bits::EXEC_INDEX_SHIFT & bits::EXEC_INDEX) << half.shift() } else { 0 }
    };
    let allow = allow | exec(owner_exec, FileWordHalf::Owner) | exec(other_exec, FileWordHalf::Other);
    (allow, (audit & AUDITABLE) | (quiet & AUDITABLE) << 7)
}

/// The table entries of a path: for files that the task owns, and for all others.
pub(super) fn file_entries(permissions: &StatePermissions) -> [Perms; 2] {
    [(FileWordHalf::Owner, permissions.owner_exec), (FileWordHalf::Other, permissions.other_exec)].map(
        |(half, exec)| {
            let map = |word: u32| file_half(word >> half.shift());
            let whole = permissions.allow;
            let allow = file_bits(whole, half) | GETATTR;
            Perms {
                allow,
                prompt: map(permissions.prompt) & !allow,
                audit: map(permissions.audit),
                quiet: map(permissions.quiet),
                xindex: if whole >> half.shift() & bits::EXEC == 0 { 0 } else { exec_index(exec) },
                ..Perms::default()
            }
        },
    )
}

/// Converts one half of a word to the bits of a table entry.
pub(super) fn file_bits(word: u32, half: FileWordHalf) -> u32 {
    file_half(word >> half.shift())
        | if word & bits::CHANGE_PROFILE == 0 { 0 } else { CHANGE_PROFILE }
        | if word & bits::ON_EXEC == 0 { 0 } else { ON_EXEC }
}

/// The seven permissions of a half, in the bits of a table entry.
fn file_half(half: u32) -> u32 {
    let with = |bit: u32, more: u32| if half & bit == 0 { 0 } else { more };
    (half & (bits::EXEC | bits::WRITE | bits::READ | bits::APPEND))
        | with(bits::READ, WITH_READ)
        | with(bits::WRITE, WITH_WRITE)
        | with(bits::LINK, LINK)
        | with(bits::LOCK, LOCK)
        | with(bits::MMAP_EXEC, MMAP_EXEC)
}

fn exec_index(exec: ExecType) -> u32 {
    let with = |bit: u32, flag: u32| if exec.bits & bit == 0 { 0 } else { flag };
    let index = match (exec.transition, exec.bits & bits::EXEC_INDEX) {
        (0, bits::INDEX_UNCONFINED) => UNCONFINED,
        (0, bits::INDEX_NAME) => BY_NAME,
        (0, bits::INDEX_CHILD) => BY_NAME | CHILD,
        (0, _) => 0,
        (number, _) => BY_TABLE | u32::from(number - 1),
    };
    index
        | with(bits::EXEC_UNSAFE, UNSAFE)
        | with(bits::EXEC_INHERIT, INHERIT)
        | with(bits::EXEC_UNCONFINED, UNCONFINED)
}

/// The table entry of a string of any other class.
pub(super) fn policy_entry(permissions: &StatePermissions) -> Perms {
    let StatePermissions { allow, prompt, audit, quiet, .. } = *permissions;
    let continues = if allow & CONTINUE_RULE == 0 { 0 } else { CONTINUE_MATCH };
    Perms {
        // Every entry allows lock, that of no match included: so does what the kernel makes of packed words.
        allow: policy_bits(allow) | LOCK | continues,
        prompt: policy_bits(prompt),
        audit: policy_bits(audit & AUDITABLE),
        quiet: policy_bits(quiet & AUDITABLE),
        ..Perms::default()
    }
}

/// Converts a word to the bits of a table entry, without the bit for further matching.
pub(super) fn policy_bits(word: u32) -> u32 {
    word & bits::PERMISSIONS | policy_other(word >> bits::OTHER) | word & 0x8000_0000
}

/// The seven further permissions of a word, in the bits of a table entry: setattr, getattr; accept, bind, listen; setopt, getopt.
fn policy_other(other: u32) -> u32 {
    (other & 0x3) << 8 | (other & 0x1c) << 18 | (other & 0x60) << 19
}
