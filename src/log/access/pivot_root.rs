//! Changes of the root.

use crate::analysis::access::PivotRootAccess;
use crate::log::Event;

pub(super) fn of(event: &Event) -> Option<PivotRootAccess> {
    Some(PivotRootAccess { new_root: event.name.clone()?, old_root: event.field("srcname")?.clone() })
}
