//! Lowers `network` rules, and makes the unix rules that they imply.

use super::Context;
use super::condition::{Reader, name, refers_to_variable, shown};
use super::network_conditions::{address, interface, port};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{self, FamilySelection, NetworkConditions, NetworkRule, RuleKind, UnixRule};
use crate::source::Spanned;
use crate::syntax::ast::{self, Condition, Group, Permissions};
use crate::syntax::word::{Word, stored};
use crate::vocab::{families, nearest, network, protocols, sockets};

pub(super) fn lower(rule: &ast::NetworkRule, context: &mut Context<'_>) -> Option<NetworkRule> {
    let mut reader = Reader::new("network", context.diagnostics);
    let written = permissions(rule.permissions.as_ref(), &mut reader);
    let local = conditions(&rule.conditions, false, &mut reader);
    let group = reader.peer(rule.peer.as_ref());
    let peer = conditions(group, true, &mut reader);
    // A label of the peer alone counts as no condition here.
    let peer_address = peer.ip.is_some() || peer.port.is_some();
    if peer_address {
        check_local_permissions(Code::NetPermPeer, written, rule.permissions.as_ref(), rule.peer.as_ref(), &mut reader);
    }
    let internet = !local.is_empty() || peer_address;
    let selection = select(&rule.sockets, internet, &mut reader)?;
    let permissions = if written == 0 { network::ANY } else { written };
    let Selection { families, names_family, names_type } = selection;
    reader.finish(NetworkRule { permissions, families, names_family, names_type, local, peer })
}

/// The written permissions of network and unix rules.
pub(super) fn permissions(permissions: Option<&Spanned<Permissions>>, reader: &mut Reader<'_>) -> u32 {
    reader.permissions(permissions, network::bits, network::ALL)
}

/// Reports permissions that are about the own socket only in a rule about a peer.
pub(super) fn check_local_permissions(
    code: Code,
    written: u32,
    permissions: Option<&Spanned<Permissions>>,
    peer: Option<&Spanned<Group>>,
    reader: &mut Reader<'_>,
) {
    let (Some(permissions), Some(peer)) = (permissions, peer) else { return };
    if written & network::LOCAL == 0 {
        return;
    }
    for word in &permissions.words {
        let text = stored(&word.value);
        if network::bits(&text).is_some_and(|bits| bits & network::LOCAL != 0) {
            let message =
                format!("`{}` is about the own socket and does not go with conditions on a peer", shown(&text));
            reader.error(
                Diagnostic::new(code, message, word.span)
                    .and_label(peer.span, "the conditions on the peer")
                    .with_help("give it a rule of its own, without `peer=`"),
            );
        }
    }
}

fn conditions(written: &[Spanned<Condition>], peer: bool, reader: &mut Reader<'_>) -> NetworkConditions {
    let (mut ip, mut ports, mut device, mut label) = (None, None, None, None);
    for condition in written {
        match &*name(condition) {
            b"ip" => reader.once(condition, &mut ip),
            b"port" => reader.once(condition, &mut ports),
            b"label" => reader.once_with(condition, &mut label, true),
            b"interface" if peer => {
                let message = "a peer has no interface";
                let help = "write `interface=` before `peer=`";
                reader.error(Diagnostic::new(Code::NetPeerIface, message, condition.name.span).with_help(help));
            }
            b"interface" => reader.once(condition, &mut device),
            _ if peer => reader.unknown(condition, &["ip", "port", "label"]),
            _ => reader.unknown(condition, &["ip", "port", "interface", "label"]),
        }
    }
    NetworkConditions {
        ip: ip.and_then(|ip| address(&ip, reader)),
        port: ports.and_then(|ports| port(&ports, reader)),
        interface: device.and_then(|device| interface(device, reader)),
        label,
    }
}

struct Selection {
    families: Vec<FamilySelection>,
    names_family: bool,
    names_type: bool,
}

/// The types and the protocol of a type word for one family.
fn row(family: u16, word: &[u8]) -> Option<FamilySelection> {
    if let Some(number) = sockets::number(word) {
        return Some(FamilySelection { family, types: 1 << number, protocol: None });
    }
    let found = protocols::find(word).filter(|found| found.families.contains(&family))?;
    let protocol = (found.mask != u32::MAX).then(|| u16::try_from(found.mask.trailing_zeros()).ok()).flatten();
    Some(FamilySelection { family, types: 1 << found.socket_type, protocol })
}

/// What the words of a rule select; `internet` leaves only the families that have addresses to compare.
fn select(words: &[Word], internet: bool, reader: &mut Reader<'_>) -> Option<Selection> {
    let fits = |family: u16| !internet || family == families::INET || family == families::INET6;
    let stored: Vec<_> = words.iter().map(|word| (word, stored(&word.value))).collect();
    let selection = match stored.as_slice() {
        [] => {
            let families = (0..families::COUNT).filter(|&family| fits(family));
            // Conditions select the rows of the inet families, no condition everything.
            let types = if internet { sockets::NAMED_MASK } else { u32::MAX };
            let families = families.map(|family| FamilySelection { family, types, protocol: None });
            Selection { families: families.collect(), names_family: false, names_type: false }
        }
        [(word, text)] => match families::number(text) {
            Some(family) => {
                check_family(family, word, fits(family), reader)?;
                let families = vec![FamilySelection { family, types: sockets::NAMED_MASK, protocol: None }];
                Selection { families, names_family: true, names_type: false }
            }
            None => {
                let rows = families::ALL.iter().filter_map(|&(_, family)| row(family, text));
                let families: Vec<_> = rows.filter(|row| fits(row.family)).collect();
                if families.is_empty() {
                    reader.error(unknown_word(word, text, true));
                    return None;
                }
                Selection { families, names_family: false, names_type: true }
            }
        },
        [_, _, (third, text), ..] => {
            let message = format!("`{}` is one word too many", shown(text));
            let help = "write at most a family and a type or protocol";
            reader.error(Diagnostic::new(Code::NetInvalid, message, third.span).with_help(help));
            return None;
        }
        [(first, family_name), (second, type_name)] => {
            let Some(family) = families::number(family_name) else {
                reader.error(unknown_family(first, family_name));
                return None;
            };
            let Some(row) = row(family, type_name) else {
                reader.error(unknown_type(second, type_name, &shown(family_name)));
                return None;
            };
            check_family(family, first, fits(family), reader)?;
            Selection { families: vec![row], names_family: true, names_type: true }
        }
    };
    Some(selection)
}

fn check_family(family: u16, word: &Word, fits: bool, reader: &mut Reader<'_>) -> Option<()> {
    if !fits {
        let name = families::name(family).unwrap_or_default();
        let message = format!("sockets of the family `{name}` have no addresses to set conditions on");
        let help = "such conditions go with `inet` and `inet6`, or no family";
        reader.error(Diagnostic::new(Code::NetFamilyCond, message, word.span).with_help(help));
    }
    fits.then_some(())
}

fn type_words() -> impl Iterator<Item = &'static str> {
    sockets::ALL.iter().map(|&(name, _)| name).chain(protocols::ALL.iter().map(|protocol| protocol.name))
}

fn unknown_word(word: &Word, text: &[u8], family: bool) -> Diagnostic {
    let families = families::ALL.iter().map(|&(name, _)| name).filter(|_| family);
    let help = if refers_to_variable(text) {
        "no variable is expanded in `network` rules: write the word".to_owned()
    } else if text == b"local" {
        "the family of local sockets is called `unix`".to_owned()
    } else if let Some(near) = nearest(text, families.chain(type_words())) {
        format!("did you mean `{near}`?")
    } else {
        "address_families(7) lists the families; types are those of socket(2) in lower case: `stream`, `dgram`, `raw`"
            .to_owned()
    };
    let message = format!("`{}` is no address family, socket type or protocol", shown(text));
    Diagnostic::new(Code::NetInvalid, message, word.span).with_help(help)
}

fn unknown_family(word: &Word, text: &[u8]) -> Diagnostic {
    if protocols::is_type_or_protocol(text) {
        let message = format!("`{}` is no address family", shown(text));
        let help = "the family stands before the type: `network inet stream,`";
        return Diagnostic::new(Code::NetInvalid, message, word.span).with_help(help);
    }
    unknown_word(word, text, true)
}

fn unknown_type(word: &Word, text: &[u8], family: &str) -> Diagnostic {
    if protocols::is_type_or_protocol(text) {
        let message = format!("the address family `{family}` has no `{}`", shown(text));
        let types: Vec<_> = sockets::ALL.iter().map(|&(name, _)| name).collect();
        let help = format!("write a socket type: {}", super::condition::choices(types));
        return Diagnostic::new(Code::NetInvalid, message, word.span).with_help(help);
    }
    unknown_word(word, text, false)
}

/// See [`super::unix_rules`].
pub(super) fn unix_rules(rule: &policy::Rule) -> Vec<policy::Rule> {
    let RuleKind::Network(network) = &rule.kind else { return Vec::new() };
    let Some(selection) = network.families.iter().find(|selection| selection.family == families::UNIX) else {
        return Vec::new();
    };
    let unix = |kind| {
        let unix = UnixRule {
            permissions: network.permissions,
            kind,
            address: None,
            peer_address: None,
            peer_label: network.peer.label.clone(),
            from_network: true,
        };
        // Priority and owner are no part of network rules.
        policy::Rule { prefix: rule.prefix, kind: RuleKind::Unix(unix), span: rule.span }
    };
    if selection.types == u32::MAX {
        return vec![unix(None)];
    }
    (0..32).filter(|number| selection.types & 1 << number != 0).map(|number| unix(Some(number))).collect()
}
