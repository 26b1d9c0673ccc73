//! Lowers `network` rules.

use super::Context;
use super::condition::{ConditionReader, glob, refers_to_variable, shown};
use super::network_conditions::{address, interface, port};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{FamilySelection, NetworkConditions, NetworkRule};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Condition, ConditionOp, Group, Named, NetworkCondition, Permissions};
use crate::vocab::{
    AddressFamily, NetworkPermissions, PermissionSet, SocketKind, SocketType, Vocabulary, families, nearest, sockets,
};

pub(super) fn lower(rule: &ast::NetworkRule, context: &mut Context<'_>) -> Option<NetworkRule> {
    let mut reader = ConditionReader::new("network", context.diagnostics);
    let written = reader.permissions(rule.permissions.as_ref());
    let local = conditions(&rule.conditions, false, &mut reader);
    let group = reader.peer(rule.peer.as_ref());
    let peer = conditions(group, true, &mut reader);
    // A label of the peer alone counts as no condition here.
    let peer_address = peer.ip.is_some() || peer.port.is_some();
    if peer_address {
        check_local_permissions(Code::NetPermPeer, written, rule.permissions.as_ref(), rule.peer.as_ref(), &mut reader);
    }
    let internet = !local.is_empty() || peer_address;
    let selection = select(rule.family.as_ref(), rule.socket.as_ref(), internet, &mut reader)?;
    let permissions = written.or_all();
    let SocketSelection { families, names_family, names_type } = selection;
    reader.finish(NetworkRule { permissions, families, names_family, names_type, local, peer })
}

/// Reports permissions that are about the own socket only in a rule about a peer.
pub(super) fn check_local_permissions<V>(
    code: Code,
    written: NetworkPermissions,
    permissions: Option<&Spanned<Permissions<NetworkPermissions>>>,
    peer: Option<&Spanned<Group<V>>>,
    reader: &mut ConditionReader<'_>,
) {
    let (Some(permissions), Some(peer)) = (permissions, peer) else { return };
    if !written.intersects(NetworkPermissions::LOCAL) {
        return;
    }
    for word in &permissions.words {
        if word.value().is_some_and(|permissions| permissions.intersects(NetworkPermissions::LOCAL)) {
            let text = word.stored();
            let message = format!("`{}` cannot be combined with conditions on a peer", shown(&text));
            reader.error(
                Diagnostic::new(code, message, word.span)
                    .and_label(peer.span, "conditions on the peer")
                    .with_help("move the permission to a separate rule without `peer=`"),
            );
        }
    }
}

fn conditions(
    written: &[Spanned<Condition<NetworkCondition>>],
    peer: bool,
    reader: &mut ConditionReader<'_>,
) -> NetworkConditions {
    let (mut ip, mut ports, mut device, mut label) = (None, None, None, None);
    for condition in written {
        match &condition.value.value {
            NetworkCondition::Ip(value) => reader.once(condition, value, &mut ip),
            NetworkCondition::Port(value) => reader.once(condition, value, &mut ports),
            NetworkCondition::Label(value) => {
                let operators = [ConditionOp::Equal, ConditionOp::ColonEqual];
                reader.once_with(condition, &glob(value), &mut label, &operators);
            }
            NetworkCondition::Interface(_) if peer => {
                let message = "`interface` inside `peer`";
                let help = "write `interface=` before `peer=`";
                reader.error(Diagnostic::new(Code::NetPeerIface, message, condition.name.span).with_help(help));
            }
            NetworkCondition::Interface(value) => reader.once_glob(condition, value, &mut device),
            NetworkCondition::Unknown(_) if peer => reader.unknown(condition, &["ip", "port", "label"]),
            NetworkCondition::Unknown(_) => reader.unknown(condition, &["ip", "port", "interface", "label"]),
        }
    }
    NetworkConditions {
        ip: ip.and_then(|ip| address(&ip, reader)),
        port: ports.and_then(|ports| port(&ports, reader)),
        interface: device.and_then(|device| interface(device, reader)),
        label,
    }
}

struct SocketSelection {
    families: Vec<FamilySelection>,
    names_family: bool,
    names_type: bool,
}

/// The types and the protocol of a type word for one family; `None` where the family does not have it.
fn row(family: AddressFamily, socket: SocketKind) -> Option<FamilySelection> {
    let row =
        |kind: SocketType, protocol| FamilySelection { family: family.number(), types: 1 << kind.number(), protocol };
    match socket {
        SocketKind::Type(kind) => Some(row(kind, None)),
        SocketKind::Protocol(found) => found.families.contains(&family).then(|| {
            let protocol = (found.mask != u32::MAX).then(|| u16::try_from(found.mask.trailing_zeros()).ok()).flatten();
            row(found.socket_type, protocol)
        }),
    }
}

/// The sockets that the words of a rule select; `internet` leaves only the families that have addresses to compare.
fn select(
    family: Option<&Spanned<Named<AddressFamily>>>,
    socket: Option<&Spanned<Named<SocketKind>>>,
    internet: bool,
    reader: &mut ConditionReader<'_>,
) -> Option<SocketSelection> {
    let fits = |family: u16| !internet || family == families::INET || family == families::INET6;
    let Some(family_word) = family else {
        let Some(word) = socket else {
            let families = (0..families::COUNT).filter(|&family| fits(family));
            // Conditions select the rows of the inet families, no condition everything.
            let types = if internet { sockets::NAMED_MASK } else { u32::MAX };
            let families = families.map(|family| FamilySelection { family, types, protocol: None });
            return Some(SocketSelection { families: families.collect(), names_family: false, names_type: false });
        };
        let rows = AddressFamily::ALL.iter().filter_map(|&family| row(family, *word.value()?));
        let families: Vec<_> = rows.filter(|row| fits(row.family)).collect();
        if families.is_empty() {
            reader.error(unknown_word(word.span, &word.stored(), true));
            return None;
        }
        return Some(SocketSelection { families, names_family: false, names_type: true });
    };
    let Some(&family) = family_word.value() else {
        let text = family_word.stored();
        reader.error(match socket {
            Some(_) => unknown_family(family_word.span, &text),
            None => unknown_word(family_word.span, &text, true),
        });
        return None;
    };
    let Some(word) = socket else {
        check_family(family, family_word.span, fits(family.number()), reader)?;
        let row = FamilySelection { family: family.number(), types: sockets::NAMED_MASK, protocol: None };
        return Some(SocketSelection { families: vec![row], names_family: true, names_type: false });
    };
    let Some(row) = word.value().and_then(|&socket| row(family, socket)) else {
        reader.error(unknown_type(word, family));
        return None;
    };
    check_family(family, family_word.span, fits(family.number()), reader)?;
    Some(SocketSelection { families: vec![row], names_family: true, names_type: true })
}

fn check_family(family: AddressFamily, span: Span, fits: bool, reader: &mut ConditionReader<'_>) -> Option<()> {
    if !fits {
        let message = format!("conditions on addresses do not apply to sockets of the family `{family}`");
        let help = "write `inet`, `inet6` or no family";
        reader.error(Diagnostic::new(Code::NetFamilyCond, message, span).with_help(help));
    }
    fits.then_some(())
}

fn unknown_word(span: Span, text: &[u8], family: bool) -> Diagnostic {
    let families = AddressFamily::words().filter(|_| family);
    let message = format!("`{}` is not an address family, socket type or protocol", shown(text));
    let error = Diagnostic::new(Code::NetInvalid, message, span);
    if refers_to_variable(text) {
        return error
            .with_help("write the word instead of the variable: variables are not expanded in `network` rules");
    }
    if text == b"local" {
        return error.with_help("write `unix` for local sockets");
    }
    error.with_nearest(text, nearest(text, families.chain(SocketKind::words())), || {
        "see address_families(7) for families and socket(2) for types; write types in lower case, for example `stream`, `dgram` or `raw`"
            .into()
    })
}

/// The first of two words is no family.
fn unknown_family(span: Span, text: &[u8]) -> Diagnostic {
    if SocketKind::from_word(text).is_some() {
        let message = format!("`{}` is not an address family", shown(text));
        let help = "write the family before the type: `network inet stream,`";
        return Diagnostic::new(Code::NetInvalid, message, span).with_help(help);
    }
    unknown_word(span, text, true)
}

fn unknown_type(word: &Spanned<Named<SocketKind>>, family: AddressFamily) -> Diagnostic {
    let text = word.stored();
    if word.value().is_some() {
        let message = format!("address family `{family}` does not have the type or protocol `{}`", shown(&text));
        let help = format!("write a socket type: {}", super::condition::choices(sockets::network_words()));
        return Diagnostic::new(Code::NetInvalid, message, word.span).with_help(help);
    }
    unknown_word(word.span, &text, false)
}
