//! Files.

use crate::analysis::access::FileAccess;
use crate::analysis::perms::{APPEND, EXEC, EXEC_MMAP, LINK, LOCK, READ, WRITE};
use crate::ast::Owner;
use crate::log::Event;

/// The letters of the kernel's masks (`aa_file_perm_chrs` in `security/apparmor/lib.c`). Creating and deleting have some of their own.
const LETTERS: [(u8, u32); 9] = [
    (b'r', READ),
    (b'w', WRITE),
    (b'a', APPEND),
    (b'x', EXEC),
    (b'm', EXEC_MMAP),
    (b'k', LOCK),
    (b'l', LINK),
    (b'c', 0x10),
    (b'd', 0x20),
];

pub(super) fn of(event: &Event) -> Option<FileAccess> {
    let path = event.name.clone().filter(|name| name.starts_with(b"/"))?;
    let (permissions, half) = mask(event.mask()?)?;
    let by_ids = || Some(if event.fsuid? == event.ouid? { Owner::Owner } else { Owner::Other });
    let owner = half.or_else(by_ids);
    let link_target = event.target.clone().filter(|_| permissions & LINK != 0 && *event.operation == *b"link");
    let permissions = if link_target.is_some() { LINK } else { permissions };
    Some(FileAccess { path, permissions, link_target, owner })
}

/// The permissions of a mask, and, of those of kernels before 2.6.36, whose files it is about: `OWNER::OTHER`.
fn mask(mask: &[u8]) -> Option<(u32, Option<Owner>)> {
    let bits = |letters: &[u8]| {
        let bit = |byte: &u8| LETTERS.iter().find(|(letter, _)| letter == byte).map(|&(_, bit)| bit);
        letters.iter().filter(|byte| **byte != b' ').map(bit).try_fold(0, |all, bit| Some(all | bit?))
    };
    let halves = mask.windows(2).position(|two| two == b"::");
    let (owner, other) = match halves {
        Some(at) => (mask.get(..at)?, mask.get(at + 2..)?),
        None => (mask, mask),
    };
    let (owner, other) = (bits(owner)?, bits(other)?);
    let half = match (owner, other) {
        (0, 0) => return None,
        (_, 0) => Some(Owner::Owner),
        (0, _) => Some(Owner::Other),
        _ => None,
    };
    Some((owner | other, half))
}
