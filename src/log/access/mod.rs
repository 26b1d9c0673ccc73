//! The access of a record, class by class, as a policy can be asked about it.

mod capability;
mod change_profile;
mod dbus;
mod file;
mod io_uring;
mod mount;
mod mqueue;
mod network;
mod pivot_root;
mod ptrace;
mod signal;
mod unix;
mod userns;

use super::{Event, EventOrigin};
use crate::analysis::Access;
use crate::vocab::PermissionSet;

/// The access of an event; `None` where the record says too little of it, or where rules have no word for it.
pub(super) fn of(event: &Event) -> Option<Access> {
    if !matches!(event.origin, EventOrigin::Kernel) {
        return dbus::of(event);
    }
    let class = event.field("class").map(|class| &**class);
    Some(match (&*event.operation, class) {
        (b"capable", _) => Access::Capability(capability::of(event)?),
        (b"ptrace", _) => Access::Ptrace(ptrace::of(event)?),
        (b"signal", _) => Access::Signal(signal::of(event)?),
        (b"mount" | b"remount", _) => Access::Mount(mount::of(event)?),
        (b"umount" | b"unmount", _) => Access::Umount(mount::umount(event)?),
        (b"pivotroot" | b"pivot_root", _) => Access::PivotRoot(pivot_root::of(event)?),
        (b"change_profile" | b"change_onexec" | b"stack" | b"stack_onexec", _) => {
            Access::ChangeProfile(change_profile::of(event)?)
        }
        (b"userns_create", _) => Access::Userns(userns::of()),
        (b"uring_sqpoll" | b"uring_override", _) | (_, Some(b"io_uring")) => Access::IoUring(io_uring::of(event)?),
        (b"posix_mqueue" | b"sysv_mqueue", _) | (_, Some(b"posix_mqueue" | b"sysv_mqueue")) => {
            Access::Mqueue(mqueue::of(event)?)
        }
        (operation, _) if operation.starts_with(b"dbus_") => return dbus::of(event),
        (b"exec", _) => Access::File(file::of(event)?),
        // Sockets have an address family, also those that are inherited or received as files.
        _ if event.field("family").is_some() => network::of(event)?,
        _ => Access::File(file::of(event)?),
    })
}

/// The permissions of a mask of words with blanks or commas between them, as far as there is one; `None` where a word is none.
fn permissions<P: PermissionSet>(event: &Event) -> Option<u32> {
    let mask = event.mask()?;
    let words = mask.split(|byte| matches!(byte, b' ' | b',')).filter(|word| !word.is_empty());
    let all = words.map(P::from_word).try_fold(0, |all, set| Some(all | set?.bits()))?;
    (all != 0).then_some(all)
}
