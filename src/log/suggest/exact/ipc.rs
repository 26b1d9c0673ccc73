//! Other processes: D-Bus, signals, ptrace, message queues, io_uring.

use crate::analysis::access::{DbusAccess, IoUringAccess, MqueueAccess, PtraceAccess, Queue, SignalAccess};
use crate::syntax::Pattern;
use crate::syntax::ast::{DbusRule, IoUringRule, MqueueRule, PtraceRule, Rule, SignalRule};
use crate::vocab::{
    DbusPermissions, IoUringPermissions, MqueueKind, MqueuePermissions, PtracePermissions, Signal, SignalPermissions,
};

use super::{NoRule, label, literal, permissions};

pub(super) fn dbus(access: &DbusAccess) -> Result<Vec<Rule>, NoRule> {
    let all = permissions(access.permissions, DbusPermissions::ALL.iter(), "D-Bus permission")?;
    let bus = literal("bus", &access.bus)?;
    let mut rules = Vec::new();
    let messages = all & (DbusPermissions::SEND | DbusPermissions::RECEIVE);
    if !messages.is_empty() {
        let mut rule = DbusRule::new().permissions(messages)?.bus(bus.clone()).path(literal("path", &access.path)?);
        if !access.interface.is_empty() {
            rule = rule.interface(literal("interface", &access.interface)?);
        }
        rule = rule.member(literal("member", &access.member)?);
        if !access.name.is_empty() {
            rule = rule.peer_name(literal("name", &access.name)?);
        }
        let peer = access.label.as_deref().unwrap_or(b"unconfined");
        rules.push(rule.peer_label(label("label", peer)?).into());
    }
    if all.contains(DbusPermissions::BIND) {
        let rule = DbusRule::new().permissions(DbusPermissions::BIND)?;
        rules.push(rule.bus(bus.clone()).name(literal("name", &access.name)?).into());
    }
    if all.contains(DbusPermissions::EAVESDROP) {
        rules.push(DbusRule::new().permissions(DbusPermissions::EAVESDROP)?.bus(bus).into());
    }
    some(rules)
}

pub(super) fn signal(access: &SignalAccess) -> Result<Vec<Rule>, NoRule> {
    let set = permissions(access.permissions, SignalPermissions::ALL.iter(), "signal permission")?;
    let signal = Signal::from_number(access.signal)
        .ok_or(NoRule::Number { what: "signal", number: access.signal.into() })?;
    let peer = label("peer", &access.peer)?;
    Ok(vec![SignalRule::new().permissions(set)?.signals([signal])?.peer(peer).into()])
}

pub(super) fn ptrace(access: &PtraceAccess) -> Result<Vec<Rule>, NoRule> {
    let set = permissions(access.permissions, PtracePermissions::ALL.iter(), "ptrace permission")?;
    Ok(vec![PtraceRule::new().permissions(set)?.peer(label("peer", &access.peer)?).into()])
}

pub(super) fn mqueue(access: &MqueueAccess) -> Result<Vec<Rule>, NoRule> {
    let set = permissions(access.permissions, MqueuePermissions::ALL.iter(), "message queue permission")?;
    let (kind, name) = match &access.queue {
        Queue::Posix(name) => (MqueueKind::Posix, literal("name", name)?),
        Queue::Sysv(key) => (MqueueKind::Sysv, Pattern::plain(key.to_string().as_bytes())),
    };
    let mut rule = MqueueRule::new().permissions(set)?.kind(kind);
    if let Some(of) = &access.label {
        rule = rule.label(label("label", of)?);
    }
    Ok(vec![rule.name(name).into()])
}

pub(super) fn io_uring(access: &IoUringAccess) -> Result<Vec<Rule>, NoRule> {
    let all = permissions(access.permissions, IoUringPermissions::ALL.iter(), "io_uring permission")?;
    let mut rules = Vec::new();
    if all.contains(IoUringPermissions::SQPOLL) {
        rules.push(IoUringRule::new().permissions(IoUringPermissions::SQPOLL)?.into());
    }
    if all.contains(IoUringPermissions::OVERRIDE_CREDS) {
        let of = label("label", access.label.as_deref().unwrap_or_default())?;
        rules.push(IoUringRule::new().permissions(IoUringPermissions::OVERRIDE_CREDS)?.label(of).into());
    }
    some(rules)
}

fn some(rules: Vec<Rule>) -> Result<Vec<Rule>, NoRule> {
    if rules.is_empty() { Err(NoRule::Nothing) } else { Ok(rules) }
}
