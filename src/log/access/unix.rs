//! Unix sockets with a name or a peer.

use crate::analysis::access::{UnixAccess, UnixName};
use crate::log::Event;

pub(super) fn of(event: &Event, permissions: u32, kind: u16) -> Option<UnixAccess> {
    Some(UnixAccess {
        permissions,
        kind,
        local: name(event, "addr")?,
        peer: name(event, "peer_addr")?,
        label: event.peer.clone(),
    })
}

/// An address; `None` where it is something else.
fn name(event: &Event, key: &str) -> Option<UnixName> {
    match event.field(key).map(|name| &**name) {
        None | Some(b"none") => Some(UnixName::Unbound),
        Some(path @ [b'/', ..]) => Some(UnixName::Path(path.into())),
        Some(name) => Some(UnixName::Abstract(name.strip_prefix(b"@")?.into())),
    }
}
