//! Looks into other processes.

use crate::analysis::access::PtraceAccess;
use crate::log::Event;
use crate::vocab::PtracePermissions;

pub(super) fn of(event: &Event) -> Option<PtraceAccess> {
    Some(PtraceAccess { permissions: super::permissions::<PtracePermissions>(event)?, peer: event.peer.clone()? })
}
