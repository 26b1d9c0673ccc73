//! Lowers `dbus` rules.

use super::Context;
use super::condition::{Reader, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DbusRule, Glob};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Condition};
use crate::syntax::word::stored;
use crate::vocab::dbus;

const CONDITIONS: &[&str] = &["bus", "name", "label", "path", "interface", "member"];

pub(super) fn lower(rule: &ast::DbusRule, context: &mut Context<'_>) -> Option<DbusRule> {
    let mut reader = Reader::new("dbus", context.diagnostics);
    let written = reader.permissions(rule.permissions.as_ref(), dbus::bits, dbus::ALL);
    let mut lowered =
        DbusRule { permissions: 0, bus: None, name: None, label: None, path: None, interface: None, member: None };
    // The conditions that make a rule one of messages, or one of a service: the first of each.
    let (mut message, mut service) = (None, None);
    let peer = reader.peer(rule.peer.as_ref());
    let sides = rule
        .conditions
        .iter()
        .map(|condition| (condition, false))
        .chain(peer.iter().map(|condition| (condition, true)));
    for (condition, in_peer) in sides {
        let class = match read(condition, &mut lowered, &mut reader) {
            Some(Class::Bus) | None => continue,
            Some(Class::Name) if !in_peer => &mut service,
            Some(Class::Label) if !in_peer => {
                let help = "it is the label of the other side: write `peer=(label=…)`";
                let error = Diagnostic::new(Code::DbusLabel, "`label` stands outside of `peer`", condition.name.span);
                reader.error(error.with_help(help));
                continue;
            }
            Some(Class::Name | Class::Label | Class::Message) => &mut message,
        };
        class.get_or_insert(condition.span);
    }
    if let (Some(message), Some(service)) = (message, service) {
        reader.error(
            Diagnostic::new(Code::DbusMixed, "one rule has conditions of messages and of a service", service)
                .with_label("about a service")
                .and_label(message, "about messages")
                .with_help("the name of who sends or receives a message belongs inside `peer=(name=…)`"),
        );
    } else {
        check(rule, written, message, service, &mut reader);
    }
    lowered.permissions = match (written, message, service) {
        (0, Some(_), _) => dbus::SEND | dbus::RECEIVE,
        (0, None, Some(_)) => dbus::BIND,
        (0, None, None) => dbus::ANY,
        _ => written,
    };
    reader.finish(lowered)
}

/// What a condition says about a rule.
enum Class {
    /// Nothing: `bus` goes with every rule.
    Bus,
    /// `name`: a service, or inside of `peer` messages.
    Name,
    /// `label`: messages.
    Label,
    /// The others: messages.
    Message,
}

fn read(condition: &Spanned<Condition>, rule: &mut DbusRule, reader: &mut Reader<'_>) -> Option<Class> {
    let (slot, class): (&mut Option<Glob>, _) = match &*name(condition) {
        b"bus" => (&mut rule.bus, Class::Bus),
        b"name" => (&mut rule.name, Class::Name),
        b"label" => (&mut rule.label, Class::Label),
        b"path" => (&mut rule.path, Class::Message),
        b"interface" => (&mut rule.interface, Class::Message),
        b"member" => (&mut rule.member, Class::Message),
        _ => {
            reader.unknown(condition, CONDITIONS);
            return None;
        }
    };
    reader.once(condition, slot);
    Some(class)
}

/// Whether the written permissions go with the conditions.
fn check(rule: &ast::DbusRule, written: u32, message: Option<Span>, service: Option<Span>, reader: &mut Reader<'_>) {
    let (code, bit, conflict, text, help) =
        if let Some(condition) = message.or(service).filter(|_| written & dbus::EAVESDROP != 0) {
            let help = "whoever eavesdrops sees all messages of a bus: only `bus=` can be set";
            (Code::DbusEavesdrop, dbus::EAVESDROP, condition, "`eavesdrop` takes no condition but `bus`", help)
        } else if let Some(condition) = message.filter(|_| written & dbus::BIND != 0) {
            let help = "`bind` owns a name: it takes `bus=` and `name=`";
            (Code::DbusBind, dbus::BIND, condition, "`bind` does not go with conditions of messages", help)
        } else if let Some(condition) = service.filter(|_| written & (dbus::SEND | dbus::RECEIVE) != 0) {
            let help = "the name of who is sent to or received from belongs inside `peer=(name=…)`";
            let text = "`send` and `receive` do not go with the name of a service";
            (Code::DbusService, dbus::SEND | dbus::RECEIVE, condition, text, help)
        } else {
            return;
        };
    let words = rule.permissions.iter().flat_map(|permissions| &permissions.words);
    let mut words =
        words.filter(|word| dbus::bits(&stored(&word.value).to_ascii_lowercase()).is_some_and(|bits| bits & bit != 0));
    let span = words.next().map_or(conflict, |word| word.span);
    reader.error(Diagnostic::new(code, text, span).and_label(conflict, "this condition").with_help(help));
}
