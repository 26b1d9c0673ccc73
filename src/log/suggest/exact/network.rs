//! Sockets.

use crate::analysis::access::{Endpoint, NetworkAccess, UnixAccess, UnixName};
use crate::syntax::Pattern;
use crate::syntax::ast::{NetworkRule, Rule, UnixRule};
use crate::vocab::{AddressFamily, IpAddress, NetworkPermissions, PortRange, Protocol, SocketType, Vocabulary};

use super::{NoRule, label, literal, permissions};

/// Permissions that a rule about a peer may have.
const WITH_PEER: [NetworkPermissions; 3] =
    [NetworkPermissions::SEND, NetworkPermissions::RECEIVE, NetworkPermissions::CONNECT];

fn set(bits: u32) -> Result<NetworkPermissions, NoRule> {
    permissions(bits, NetworkPermissions::ALL.iter(), "socket permission")
}

fn kind(number: u16) -> Result<SocketType, NoRule> {
    SocketType::from_number(number).ok_or(NoRule::Number { what: "socket type", number: number.into() })
}

pub(super) fn rules(access: &NetworkAccess) -> Result<Vec<Rule>, NoRule> {
    let all = set(access.permissions)?;
    if all.is_empty() {
        return Err(NoRule::Nothing);
    }
    let family = AddressFamily::from_number(access.family)
        .ok_or(NoRule::Number { what: "address family", number: access.family.into() })?;
    let kind = kind(access.kind)?;
    if family == AddressFamily::Unix {
        return Ok(vec![UnixRule::new().permissions(all)?.kind(kind).into()]);
    }
    if !kind.is_of_network_rules() {
        return Err(NoRule::Number { what: "socket type", number: access.kind.into() });
    }
    let rule = |set: NetworkPermissions| -> Result<NetworkRule, NoRule> {
        let rule = NetworkRule::new().permissions(set)?.family(family);
        let icmp = Protocol::from_word(b"icmp")
            .filter(|_| (family, kind, access.protocol) == (AddressFamily::Inet, SocketType::Raw, 1));
        let mut rule = match icmp {
            Some(protocol) => rule.protocol(protocol),
            None => rule.kind(kind),
        };
        if let Some(local) = &access.local {
            rule = match local.ip {
                Some(ip) => rule.ip(IpAddress::Address(ip)),
                None => rule,
            };
            rule = match port(local) {
                Some(port) => rule.port(port),
                None => rule,
            };
        }
        Ok(rule)
    };
    let peer = access.peer.as_ref().filter(|peer| peer.ip.is_some() || peer.port != 0);
    let with_peer: NetworkPermissions = WITH_PEER.into_iter().collect();
    let outward =
        if peer.is_some() { all & (with_peer | NetworkPermissions::ACCEPT) } else { NetworkPermissions::NONE };
    let mut rules = Vec::new();
    if !(all - outward).is_empty() {
        rules.push(rule(all - outward)?.into());
    }
    if let Some(peer) = peer.filter(|_| !outward.is_empty()) {
        let mut rule = rule(outward)?;
        if let Some(ip) = peer.ip {
            rule = rule.peer_ip(IpAddress::Address(ip));
        }
        if let Some(port) = port(peer) {
            rule = rule.peer_port(port);
        }
        rules.push(rule.into());
    }
    Ok(rules)
}

fn port(endpoint: &Endpoint) -> Option<PortRange> {
    PortRange::new(endpoint.port, endpoint.port).filter(|_| endpoint.port != 0)
}

pub(super) fn unix(access: &UnixAccess) -> Result<Vec<Rule>, NoRule> {
    let all = set(access.permissions)?;
    let kind = kind(access.kind)?;
    let local = address("address", &access.local)?;
    let mut outward = all & WITH_PEER.into_iter().collect();
    // Kernels ask for the permissions to send and receive where a socket is connected.
    if outward.contains(NetworkPermissions::CONNECT) {
        outward = WITH_PEER.into_iter().collect();
    }
    let mut own = all - WITH_PEER.into_iter().collect();
    let rule = |set: NetworkPermissions, address: Option<Pattern>| -> Result<UnixRule, NoRule> {
        let rule = UnixRule::new().permissions(set)?.kind(kind);
        Ok(match address {
            Some(address) => rule.address(address),
            None => rule,
        })
    };
    let mut rules = Vec::new();
    if own.contains(NetworkPermissions::BIND) && access.local == UnixName::Unbound {
        own = own - NetworkPermissions::BIND;
        // The kernel is to find an address.
        rules.push(rule(NetworkPermissions::BIND, Some(literal("address", b"auto")?))?.into());
    }
    if !own.is_empty() {
        rules.push(rule(own, local.clone())?.into());
    }
    if !outward.is_empty() {
        let peer = address("peer's address", &access.peer)?;
        // The kernel asks about each profile of a stack, without its namespace.
        for part in access.peer_profiles() {
            let part = label("peer's label", part)?;
            let rule = rule(outward, local.clone())?;
            let rule = match peer.clone() {
                Some(peer) => rule.peer_address(peer),
                None => rule,
            };
            rules.push(rule.peer_label(part).into());
        }
    }
    if rules.is_empty() { Err(NoRule::Nothing) } else { Ok(rules) }
}

/// The pattern of an address; `None` of a path, which no rule about sockets can name: the file rule does.
fn address(what: &'static str, name: &UnixName) -> Result<Option<Pattern>, NoRule> {
    match name {
        UnixName::Unbound => literal(what, b"none").map(Some),
        UnixName::Abstract(name) => literal(what, &[b"@", &**name].concat()).map(Some),
        UnixName::Path(_) => Ok(None),
    }
}
