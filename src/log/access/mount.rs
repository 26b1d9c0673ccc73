//! Mounts and unmounts.

use crate::analysis::access::{MountAccess, UmountAccess};
use crate::log::Event;
use crate::vocab::mount::{PROPAGATION, REMOUNT};
use crate::vocab::{MountOption, Vocabulary};

pub(super) fn of(event: &Event) -> Option<MountAccess> {
    let point = event.name.clone()?;
    let words = event.field("flags").map(|flags| &**flags).unwrap_or_default();
    let words = words.split(|byte| matches!(byte, b' ' | b',')).filter(|word| !word.is_empty());
    let flags = words.map(MountOption::from_word).try_fold(0, |all, option| Some(all | option?.sets))?;
    let alone = flags & (REMOUNT | PROPAGATION) != 0;
    let source = event.field("srcname").cloned().filter(|_| !alone);
    Some(MountAccess { source, point, fstype: event.field("fstype").cloned(), flags })
}

pub(super) fn umount(event: &Event) -> Option<UmountAccess> {
    Some(UmountAccess { point: event.name.clone()? })
}
