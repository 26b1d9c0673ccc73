//! Mounts, unmounts and changes of the root.

use crate::analysis::access::{MountAccess, PivotRootAccess, UmountAccess};
use crate::source::Text;
use crate::syntax::Pattern;
use crate::syntax::ast::{MountRule, PivotRootRule, Rule};
use crate::vocab::{MountOperation, MountOption, Vocabulary, mount as flags};

use super::{NoRule, literal};

pub(super) fn mount(access: &MountAccess) -> Result<Vec<Rule>, NoRule> {
    let MountAccess { source, point, fstype, flags: set, .. } = access;
    let point = literal("mount point", point)?;
    // The kernel has no source for a detached mount.
    let source = || literal("source", source.as_ref().map_or(b"detached", |source| source));
    let operation = if set & flags::REMOUNT == 0 { MountOperation::Mount } else { MountOperation::Remount };
    let rule = MountRule::new(operation);
    let rule = if set & flags::REMOUNT != 0 {
        if set & flags::MOVE != 0 {
            return Err(NoRule::Number { what: "mount flags", number: *set });
        }
        rule.options(options(set & !flags::REMOUNT)?)?
    } else if set & flags::BIND != 0 {
        rule.options(options(set & flags::BIND_MASK)?)?.source(source()?)
    } else if set & flags::PROPAGATION != 0 {
        // Of the others, `silent` alone counts for the kernel.
        rule.options(options(set & (flags::PROPAGATION | flags::REC | 1 << 15))?)?
    } else if set & flags::MOVE != 0 {
        rule.options(options(flags::MOVE)?)?.source(source()?)
    } else {
        rule.fstype(literal("file system type", fstype.as_ref().map_or(b"", |fstype| fstype))?)
            .options(options(*set)?)?
            .source(source()?)
    };
    Ok(vec![rule.point(point).into()])
}

pub(super) fn umount(access: &UmountAccess) -> Result<Vec<Rule>, NoRule> {
    Ok(vec![MountRule::new(MountOperation::Umount).point(literal("mount point", &access.point)?).into()])
}

pub(super) fn pivot_root(access: &PivotRootAccess) -> Result<Vec<Rule>, NoRule> {
    let root = |what, root: &Text| -> Result<Pattern, NoRule> { literal(what, root) };
    let rule = PivotRootRule::new().old_root(root("old root", &access.old_root)?);
    Ok(vec![rule.new_root(root("new root", &access.new_root)?).into()])
}

/// The words for exactly these flags. Where none is set, `rw` says that none is.
fn options(set: u32) -> Result<Vec<MountOption>, NoRule> {
    let mut rest = set;
    let mut words: Vec<MountOption> = Vec::new();
    // Words of several bits before those of one; the recursive bit is part of a word only.
    for bits in [2, 1] {
        let of_size = MountOption::ALL.iter().filter(|option| option.sets.count_ones() == bits);
        for option in of_size.filter(|option| option.sets & flags::EVERY == option.sets) {
            if rest & option.sets == option.sets {
                words.push(*option);
                rest &= !option.sets;
            }
        }
    }
    if rest != 0 {
        return Err(NoRule::Number { what: "mount flags", number: rest });
    }
    if words.is_empty() {
        words.extend(MountOption::from_word(b"rw"));
    }
    Ok(words)
}
