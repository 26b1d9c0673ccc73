//! Lowers `mqueue` rules.

use super::Context;
use super::condition::{ConditionReader, glob, shown, suggest};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Glob, MqueueKind, MqueueRule};
use crate::source::Spanned;
use crate::syntax::ast::{self, ConditionValue, MqueueCondition, Named};
use crate::vocab::{PermissionSet, Vocabulary};

pub(super) fn lower(rule: &ast::MqueueRule, context: &mut Context<'_>) -> Option<MqueueRule> {
    let mut reader = ConditionReader::new("mqueue", context.diagnostics);
    let permissions = reader.permissions(rule.permissions.as_ref()).or_all();
    let mut written_kind: Option<Spanned<MqueueKind>> = None;
    let mut label = None;
    for condition in &rule.conditions {
        match &condition.value.value {
            MqueueCondition::Type(value) => {
                let found = reader.has_equal(condition).then(|| kind(value, &mut reader)).flatten();
                match &written_kind {
                    Some(first) => {
                        let message = "the second `type` has no effect";
                        reader.warn(
                            Diagnostic::new(Code::CondIgnored, message, condition.span)
                                .and_label(first.span, "the `type` in effect")
                                .with_help("remove the second `type`"),
                        );
                    }
                    None => written_kind = found,
                }
            }
            MqueueCondition::Label(value) => reader.once_glob(condition, value, &mut label),
            MqueueCondition::Unknown(_) => reader.unknown(condition, MqueueCondition::NAMES),
        }
    }
    let name = rule.name.as_ref().map(glob);
    let named = name.as_ref().and_then(|name| kind_of_name(name, written_kind.as_ref(), &mut reader));
    let kind = written_kind.map(|kind| kind.value).or(named);
    reader.finish(MqueueRule { permissions, kind, label, name })
}

fn kind(value: &Spanned<Named<MqueueKind>>, reader: &mut ConditionReader<'_>) -> Option<Spanned<MqueueKind>> {
    if value.value().is_none() {
        let other = value.stored();
        let message = format!("unknown message queue type `{}`", shown(&other));
        reader.error(suggest(
            Diagnostic::new(Code::MqType, message, value.span),
            &other,
            &MqueueKind::words().collect::<Vec<_>>(),
        ));
    }
    value.value().map(|&kind| Spanned::new(kind, value.span))
}

/// The kind that a name is of. It is looked at before variables are expanded, so that none may begin it.
fn kind_of_name(
    name: &Glob,
    written: Option<&Spanned<MqueueKind>>,
    reader: &mut ConditionReader<'_>,
) -> Option<MqueueKind> {
    let digits = !name.value.is_empty() && name.value.iter().all(u8::is_ascii_digit);
    let kind = match (name.value.starts_with(b"/"), digits) {
        (true, _) => MqueueKind::Posix,
        (_, true) => MqueueKind::Sysv,
        _ => {
            let message = format!("`{}` is not a name of a message queue", shown(&name.value));
            let help = "write a path that begins with `/` for a POSIX queue, or a number for a System V queue";
            reader.error(Diagnostic::new(Code::MqName, message, name.span).with_help(help));
            return None;
        }
    };
    if let Some(written) = written.filter(|written| written.value != kind) {
        let (message, help) = match written.value {
            MqueueKind::Posix => {
                ("the name of a POSIX queue cannot be a number", "write a path that begins with `/`, or `type=sysv`")
            }
            MqueueKind::Sysv => {
                ("the name of a System V queue cannot be a path", "write the number of the key, or `type=posix`")
            }
        };
        reader.error(
            Diagnostic::new(Code::MqName, message, name.span)
                .and_label(written.span, "the type is specified here")
                .with_help(help),
        );
    }
    Some(kind)
}
