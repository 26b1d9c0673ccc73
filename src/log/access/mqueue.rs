//! Message queues.

use crate::analysis::access::{MqueueAccess, Queue};
use crate::log::Event;
use crate::vocab::MqueuePermissions;

pub(super) fn of(event: &Event) -> Option<MqueueAccess> {
    let permissions = super::permissions::<MqueuePermissions>(event)?;
    let name = event.name.clone()?;
    let queue = if name.starts_with(b"/") {
        Queue::Posix(name)
    } else {
        Queue::Sysv(std::str::from_utf8(&name).ok()?.parse().ok()?)
    };
    Some(MqueueAccess { permissions, queue, label: event.peer.clone() })
}
