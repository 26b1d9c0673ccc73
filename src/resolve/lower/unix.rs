//! Lowers `unix` rules.

use super::Context;
use super::condition::{ConditionReader, name, shown, suggest};
use super::network::check_local_permissions;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{Glob, UnixAddress, UnixRule};
use crate::source::{Spanned, Text};
use crate::syntax::ast::{self, Condition, Named, UnixCondition};
use crate::vocab::{PermissionSet, SocketType, Vocabulary};

pub(super) fn lower(rule: &ast::UnixRule, context: &mut Context<'_>) -> Option<UnixRule> {
    let mut reader = ConditionReader::new("unix", context.diagnostics);
    let written = reader.permissions(rule.permissions.as_ref());
    let (mut socket, mut address, mut peer_address, mut peer_label) = (None, None, None, None);
    for condition in &rule.conditions {
        match &condition.value.value {
            UnixCondition::Type(value) => reader.once(condition, value, &mut socket),
            UnixCondition::Address(value) => reader.once_glob(condition, value, &mut address),
            UnixCondition::Label(_) => {
                wrong_side(condition, "write `peer=(label=…)`: the condition applies to the peer", &mut reader);
            }
            UnixCondition::Protocol(_) => unsupported(condition, &mut reader),
            UnixCondition::Unknown(_) => reader.unknown(condition, &["type", "addr"]),
        }
    }
    for condition in reader.peer(rule.peer.as_ref()) {
        match &condition.value.value {
            UnixCondition::Address(value) => reader.once_glob(condition, value, &mut peer_address),
            UnixCondition::Label(value) => reader.once_glob(condition, value, &mut peer_label),
            UnixCondition::Type(_) => {
                wrong_side(condition, "write the type before `peer=`: both sides have the same type", &mut reader);
            }
            UnixCondition::Protocol(_) => unsupported(condition, &mut reader),
            UnixCondition::Unknown(_) => reader.unknown(condition, &["addr", "label"]),
        }
    }
    if peer_address.is_some() || peer_label.is_some() {
        check_local_permissions(
            Code::UnixPermPeer,
            written,
            rule.permissions.as_ref(),
            rule.peer.as_ref(),
            &mut reader,
        );
    }
    let kind = socket.and_then(|socket| kind(&socket, &mut reader));
    let address = address.and_then(|value| written_address(value, &mut reader));
    let peer_address = peer_address.and_then(|value| written_address(value, &mut reader));
    let permissions = written.or_all();
    reader.finish(UnixRule { permissions, kind, address, peer_address, peer_label, from_network: false })
}

fn wrong_side(condition: &Spanned<Condition<UnixCondition>>, help: &str, reader: &mut ConditionReader<'_>) {
    let message = format!("`{}` on the wrong side of the rule", shown(&name(condition)));
    reader.error(Diagnostic::new(Code::CondSide, message, condition.name.span).with_help(help));
}

fn unsupported(condition: &Spanned<Condition<UnixCondition>>, reader: &mut ConditionReader<'_>) {
    let error = Diagnostic::new(Code::CondUnsupported, "`protocol` is not supported", condition.name.span);
    reader.error(error.with_help("remove it: unix sockets have only one protocol"));
}

fn kind(value: &Spanned<Named<SocketType>>, reader: &mut ConditionReader<'_>) -> Option<u8> {
    let number = value.value().and_then(|kind| u8::try_from(kind.number()).ok());
    if number.is_none() {
        let known: Vec<_> = SocketType::words().collect();
        let text = value.stored();
        let message = format!("unknown socket type `{}`", shown(&text));
        reader.error(suggest(Diagnostic::new(Code::UnixType, message, value.span), &text, &known));
    }
    number
}

/// An address before expansion: a text that begins with `@`, be it an abstract name or a variable.
fn written_address(value: Glob, reader: &mut ConditionReader<'_>) -> Option<UnixAddress> {
    match &*value.value {
        b"none" => Some(UnixAddress::None),
        b"auto" => Some(UnixAddress::Auto),
        [b'@', ..] => Some(UnixAddress::Abstract(value)),
        _ => {
            reader.error(bad_address(&value));
            None
        }
    }
}

fn bad_address(value: &Glob) -> Diagnostic {
    let message = format!("`{}` is not an abstract socket address", shown(&value.value));
    let help = if value.value.starts_with(b"/") {
        "write `/path rw,`: sockets with a path are mediated by file rules"
    } else {
        "write `@name`, `none` for unbound sockets, or `auto` for sockets that the kernel names"
    };
    Diagnostic::new(Code::UnixAddr, message, value.span).with_help(help)
}

/// Takes the `@` off the expanded address. Only now the text shows what it is, because a variable may hold any of the forms
/// (the reference compiler drops the first byte of its value, whatever that is).
pub(super) fn finish(address: &mut Option<UnixAddress>, diagnostics: &mut Diagnostics) -> bool {
    let Some(UnixAddress::Abstract(value)) = address else { return true };
    // The brace of an alternation; one value loses its own `@`, and two words the kernel never asks for.
    if value.value.starts_with(b"{") {
        let message = "apparmor_parser drops the first byte of the alternation that the variable expands to";
        diagnostics.push(Diagnostic::new(Code::RefUnixAddress, message, value.span));
    }
    let found = match &*value.value {
        b"none" => UnixAddress::None,
        b"auto" => UnixAddress::Auto,
        text => match without_at(text, 0) {
            Some(text) => UnixAddress::Abstract(Spanned::new(Text::from(text), value.span)),
            None => {
                diagnostics.push(bad_address(value));
                return false;
            }
        },
    };
    *address = Some(found);
    true
}

/// The maximum depth of nested alternations.
const DEEPEST: usize = 49;

/// A glob without the `@` that begins it; where an alternation begins it, as a variable with several values leaves it,
/// each member loses its own. `None` where one has none.
fn without_at(text: &[u8], depth: usize) -> Option<Vec<u8>> {
    match text {
        [b'@', rest @ ..] => Some(rest.to_vec()),
        [b'{', rest @ ..] if depth < DEEPEST => {
            let (members, after) = members(rest)?;
            let mut out = vec![b'{'];
            for (i, member) in members.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                out.extend(without_at(member, depth + 1)?);
            }
            out.push(b'}');
            out.extend_from_slice(after);
            Some(out)
        }
        _ => None,
    }
}

/// The members of an alternation after its opening brace, and what follows its closing one.
fn members(text: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let (mut members, mut start, mut depth, mut in_set) = (Vec::new(), 0, 0_usize, false);
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' => in_set = true,
            b']' => in_set = false,
            _ if in_set => {}
            b'{' => depth += 1,
            b',' if depth == 0 => {
                members.push(text.get(start..at)?);
                start = at + 1;
            }
            b'}' if depth == 0 => {
                members.push(text.get(start..at)?);
                return Some((members, text.get(at + 1..)?));
            }
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}
