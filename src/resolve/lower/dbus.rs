//! Lowers `dbus` rules.

use super::Context;
use super::condition::ConditionReader;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DbusRule, Glob};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Condition, ConditionValue, DbusCondition};
use crate::vocab::DbusPermissions;

pub(super) fn lower(rule: &ast::DbusRule, context: &mut Context<'_>) -> Option<DbusRule> {
    let mut reader = ConditionReader::new("dbus", context.diagnostics);
    let written = reader.permissions(rule.permissions.as_ref());
    let mut lowered = DbusRule {
        permissions: DbusPermissions::NONE,
        bus: None,
        name: None,
        label: None,
        path: None,
        interface: None,
        member: None,
    };
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
            Some(ImpliedKind::Bus) | None => continue,
            Some(ImpliedKind::Name) if !in_peer => &mut service,
            Some(ImpliedKind::Label) if !in_peer => {
                let help = "write `peer=(label=…)`: the label is that of the peer";
                let error = Diagnostic::new(Code::DbusLabel, "`label` outside of `peer`", condition.name.span);
                reader.error(error.with_help(help));
                continue;
            }
            Some(ImpliedKind::Name | ImpliedKind::Label | ImpliedKind::Message) => &mut message,
        };
        class.get_or_insert(condition.span);
    }
    if let (Some(message), Some(service)) = (message, service) {
        reader.error(
            Diagnostic::new(Code::DbusMixed, "conditions on messages and on a service in the same rule", service)
                .with_label("applies to a service")
                .and_label(message, "applies to messages")
                .with_help("write the name of the sender or receiver inside `peer=(name=…)`"),
        );
    } else {
        check(rule, written, message, service, &mut reader);
    }
    lowered.permissions = match (message, service) {
        _ if !written.is_empty() => written,
        (Some(_), _) => DbusPermissions::SEND | DbusPermissions::RECEIVE,
        (None, Some(_)) => DbusPermissions::BIND,
        (None, None) => DbusPermissions::ALL,
    };
    reader.finish(lowered)
}

/// The kind of rule that a condition implies.
enum ImpliedKind {
    /// Nothing: `bus` goes with every rule.
    Bus,
    /// `name`: a service, or inside of `peer` messages.
    Name,
    /// `label`: messages.
    Label,
    /// The others: messages.
    Message,
}

fn read(
    condition: &Spanned<Condition<DbusCondition>>,
    rule: &mut DbusRule,
    reader: &mut ConditionReader<'_>,
) -> Option<ImpliedKind> {
    let (value, slot, class): (_, &mut Option<Glob>, _) = match &condition.value.value {
        DbusCondition::Bus(value) => (value, &mut rule.bus, ImpliedKind::Bus),
        DbusCondition::Name(value) => (value, &mut rule.name, ImpliedKind::Name),
        DbusCondition::Label(value) => (value, &mut rule.label, ImpliedKind::Label),
        DbusCondition::Path(value) => (value, &mut rule.path, ImpliedKind::Message),
        DbusCondition::Interface(value) => (value, &mut rule.interface, ImpliedKind::Message),
        DbusCondition::Member(value) => (value, &mut rule.member, ImpliedKind::Message),
        DbusCondition::Unknown(_) => {
            reader.unknown(condition, DbusCondition::NAMES);
            return None;
        }
    };
    reader.once_glob(condition, value, slot);
    Some(class)
}

/// Checks that the written permissions can be combined with the conditions.
fn check(
    rule: &ast::DbusRule,
    written: DbusPermissions,
    message: Option<Span>,
    service: Option<Span>,
    reader: &mut ConditionReader<'_>,
) {
    let (code, conflict_of, conflict, text, help) = if let Some(condition) =
        message.or(service).filter(|_| written.intersects(DbusPermissions::EAVESDROP))
    {
        let help = "remove the condition: eavesdropping covers all messages of a bus";
        (Code::DbusEavesdrop, DbusPermissions::EAVESDROP, condition, "`eavesdrop` only takes the condition `bus`", help)
    } else if let Some(condition) = message.filter(|_| written.intersects(DbusPermissions::BIND)) {
        let help = "write a separate rule for messages: `bind` only takes `bus=` and `name=`";
        (
            Code::DbusBind,
            DbusPermissions::BIND,
            condition,
            "`bind` cannot be combined with conditions on messages",
            help,
        )
    } else if let Some(condition) =
        service.filter(|_| written.intersects(DbusPermissions::SEND | DbusPermissions::RECEIVE))
    {
        let help = "write the name of the peer inside `peer=(name=…)`";
        let text = "`send` and `receive` cannot be combined with the name of a service";
        (Code::DbusService, DbusPermissions::SEND | DbusPermissions::RECEIVE, condition, text, help)
    } else {
        return;
    };
    let words = rule.permissions.iter().flat_map(|permissions| &permissions.words);
    let mut words = words.filter(|word| word.value().is_some_and(|permissions| permissions.intersects(conflict_of)));
    let span = words.next().map_or(conflict, |word| word.span);
    reader.error(Diagnostic::new(code, text, span).and_label(conflict, "this condition").with_help(help));
}
