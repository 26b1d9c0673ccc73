//! D-Bus messages, names and buses, as the daemons log them.

use crate::analysis::Access;
use crate::analysis::access::DbusAccess;
use crate::log::Event;
use crate::source::Text;
use crate::vocab::dbus::{BIND, EAVESDROP, RECEIVE, SEND};

pub(super) fn of(event: &Event) -> Option<Access> {
    let permissions = super::permissions::<crate::vocab::DbusPermissions>(event)?;
    let bus = event.field("bus")?.clone();
    let message = permissions & (SEND | RECEIVE) != 0;
    let part = |keys: &[&str]| keys.iter().find_map(|key| event.field(key)).cloned();
    let [path, interface, member] = if message {
        [part(&["path"])?, part(&["interface"])?, part(&["member", "method"])?]
    } else if permissions & (BIND | EAVESDROP) != 0 {
        Default::default()
    } else {
        return None;
    };
    // Of a message that comes in, the name is that of the one who gets it.
    let name = match &event.name {
        Some(name) if permissions & RECEIVE == 0 => name.clone(),
        None if permissions & BIND != 0 => return None,
        _ => Text::default(),
    };
    let label = event.peer.clone().filter(|_| message);
    Some(Access::Dbus(DbusAccess { permissions, bus, name, label, path, interface, member }))
}
