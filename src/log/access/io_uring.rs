//! io_uring.

use crate::analysis::access::IoUringAccess;
use crate::log::Event;
use crate::vocab::IoUringPermissions;
use crate::vocab::io_uring::OVERRIDE_CREDS;

pub(super) fn of(event: &Event) -> Option<IoUringAccess> {
    let permissions = super::permissions::<IoUringPermissions>(event)?;
    let label = if permissions & OVERRIDE_CREDS == 0 {
        None
    } else {
        Some(event.peer.as_ref().or(event.target.as_ref())?.clone())
    };
    Some(IoUringAccess { permissions, label })
}
