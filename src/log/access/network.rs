//! Sockets.

use crate::analysis::Access;
use crate::analysis::access::{Endpoint, NetworkAccess};
use crate::log::Event;
use crate::vocab::{AddressFamily, NetworkPermissions, SocketType, Vocabulary, families};

pub(super) fn of(event: &Event) -> Option<Access> {
    let family = AddressFamily::from_word(event.field("family")?)?.number();
    let kind = SocketType::from_word(event.field("sock_type")?)?.number();
    // Kernels that decide about families and types as a whole say nothing of permissions.
    let permissions = if event.has_no_mask() {
        NetworkPermissions::ALL.bits()
    } else {
        super::permissions::<NetworkPermissions>(event)?
    };
    if family == families::UNIX && event.fields.keys().any(|key| matches!(key.as_str(), "addr" | "peer_addr")) {
        return super::unix::of(event, permissions, kind).map(Access::Unix);
    }
    let protocol =
        event.field("protocol").and_then(|number| std::str::from_utf8(number).ok()?.parse().ok()).unwrap_or(0);
    // `laddr` and `faddr` are the socket's; `saddr` and `daddr` what the call named.
    let local = endpoint(event, ["laddr", "saddr"], ["lport", "src"]);
    let peer = endpoint(event, ["faddr", "daddr"], ["fport", "dest"]);
    Some(Access::Network(NetworkAccess { permissions, family, kind, protocol, local, peer }))
}

/// An address and a port, from the first of the fields that has them.
fn endpoint(event: &Event, addresses: [&str; 2], ports: [&str; 2]) -> Option<Endpoint> {
    let text = |key: &&str| std::str::from_utf8(event.field(key)?).ok();
    let ip = addresses.iter().find_map(|key| text(key)?.parse().ok());
    let port = ports.iter().find_map(|key| text(key)?.parse().ok());
    (ip.is_some() || port.is_some()).then(|| Endpoint { ip, port: port.unwrap_or(0), ..Endpoint::default() })
}
