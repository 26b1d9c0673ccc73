//! Facts from socket units.

use super::files::UnitFile;
use super::syntax::words;
use super::{FileFact, PathExtent, ProgramFacts, clean, quoted, read_write};
use crate::Pattern;
use crate::ast::{NetworkRule, UnixRule};
use crate::draft::facts::shown;
use crate::vocab::{AddressFamily, NetworkPermissions, SocketType};

const SOCKET: &str = "Socket";

/// Adds rules for the sockets that a unit listens on.
pub(super) fn add(unit: &UnitFile, facts: &mut ProgramFacts) {
    let kinds = [
        ("ListenStream", Some(SocketType::Stream)),
        ("ListenDatagram", Some(SocketType::Dgram)),
        ("ListenSequentialPacket", Some(SocketType::Seqpacket)),
        ("ListenFIFO", None),
    ];
    for (key, kind) in kinds {
        let origin = format!("{key}= of {}", shown(unit.names.full.as_bytes()));
        for value in unit.settings.list(SOCKET, key) {
            let address = words(value).and_then(|words| words.into_iter().next());
            let address = address.and_then(|address| unit.names.expand(&address));
            if address.and_then(|address| listen(&origin, &address, kind, facts)).is_none() {
                facts.remark(format!("no rule for {origin}: {}", quoted(value.as_bytes())));
            }
        }
    }
    let netlink = unit.settings.list(SOCKET, "ListenNetlink");
    if !netlink.is_empty() {
        let origin = format!("ListenNetlink= of {}", shown(unit.names.full.as_bytes()));
        facts.rule(origin, NetworkRule::new().family(AddressFamily::Netlink).kind(SocketType::Raw));
    }
    for key in ["ListenSpecial", "ListenMessageQueue", "ListenUSBFunction"] {
        for value in unit.settings.list(SOCKET, key) {
            facts.remark(format!("no rule for {key}=: {}", quoted(value.as_bytes())));
        }
    }
}

fn listen(origin: &str, address: &str, kind: Option<SocketType>, facts: &mut ProgramFacts) -> Option<()> {
    if address.starts_with('/') {
        facts.file(origin, FileFact::new(&clean(address)?, PathExtent::File, read_write()));
        return Some(());
    }
    let kind = kind?;
    if address.starts_with('@') {
        // The kernel asks about the socket that is inherited, and about those that accepting makes.
        let permissions = NetworkPermissions::ACCEPT
            | NetworkPermissions::LISTEN
            | NetworkPermissions::SEND
            | NetworkPermissions::RECEIVE
            | NetworkPermissions::GETATTR
            | NetworkPermissions::SETATTR
            | NetworkPermissions::GETOPT
            | NetworkPermissions::SETOPT;
        let rule = UnixRule::new().permissions(permissions).ok()?.kind(kind);
        facts.rule(origin, rule.address(Pattern::literal(address).ok()?));
        return Some(());
    }
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if let Some((host, port)) = address.rsplit_once(':')
        && !host.starts_with("vsock")
        && is_port(port)
    {
        let family = if host.starts_with('[') { AddressFamily::Inet6 } else { AddressFamily::Inet };
        facts.rule(origin, NetworkRule::new().family(family).kind(kind));
        return Some(());
    }
    is_port(address).then(|| facts.internet(origin, kind))
}
