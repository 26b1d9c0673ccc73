//! Lowers `mount`, `remount` and `umount` rules.

use super::Context;
use super::condition::{ConditionReader, choices, glob, name, refers_to_variable, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{MountOperation, MountOptions, MountRule};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Condition, ConditionOp, ConditionValue, MountCondition, Named};
use crate::vocab::{MountOption, Vocabulary, mount, nearest};

const CONDITIONS: &[&str] = &["fstype", "vfstype", "options", "option"];

pub(super) fn lower(rule: &ast::MountRule, span: Span, context: &mut Context<'_>) -> Option<MountRule> {
    let keyword = rule.operation.name();
    let mut reader = ConditionReader::new(keyword, context.diagnostics);
    let mut lowered = MountRule {
        operation: rule.operation,
        options: Vec::new(),
        optional: Vec::new(),
        fstypes: Vec::new(),
        source: rule.source.as_ref().map(glob),
        point: rule.point.as_ref().map(glob),
    };
    for condition in &rule.conditions {
        read(condition, keyword, &mut lowered, &mut reader);
    }
    if let (Some(first), Some(last)) = (rule.point_conditions.first(), rule.point_conditions.last()) {
        let message = "condition after `->`";
        let help = format!(
            "write the condition before the source: `{keyword} {}=… /source -> /mount/point,`",
            shown(&name(first))
        );
        reader.error(Diagnostic::new(Code::MountDstCond, message, first.span.to(last.span)).with_help(help));
    }
    if rule.operation != MountOperation::Umount {
        warn(&lowered, span, &mut reader);
    }
    reader.finish(lowered)
}

fn read(
    condition: &Spanned<Condition<MountCondition>>,
    keyword: &str,
    rule: &mut MountRule,
    reader: &mut ConditionReader<'_>,
) {
    let name = name(condition);
    match &condition.value.value {
        MountCondition::Unknown(values) if values.is_empty() && CONDITIONS.iter().any(|one| one.as_bytes() == name) => {
            let message = format!("`{}` needs a value", shown(&name));
            let help = format!("write `{}=(…)`", shown(&name));
            reader.error(Diagnostic::new(Code::CondOp, message, condition.name.span).with_help(help));
        }
        MountCondition::Fstype(words) => rule.fstypes.extend(words.iter().map(glob)),
        MountCondition::Options(words) => {
            let exact = condition.op.as_ref().is_some_and(|op| op.value != ConditionOp::In);
            let options = options(words, exact, reader);
            if exact { rule.options.push(options) } else { rule.optional.push(options) }
        }
        MountCondition::Unknown(_) => {
            let message = format!("`{keyword}` rules do not have a condition `{}`", shown(&name));
            let error = Diagnostic::new(Code::MountCond, message, condition.name.span);
            reader.error(error.with_nearest(&name, nearest(&name, CONDITIONS.iter().copied()), || {
                format!("the conditions are {}", choices(MountCondition::NAMES.iter().copied()))
            }));
        }
    }
}

/// The flags of one list. In an exact one a flag cannot be set and clear.
fn options(words: &[Spanned<Named<MountOption>>], exact: bool, reader: &mut ConditionReader<'_>) -> MountOptions {
    let mut options = MountOptions::default();
    let mut seen: Vec<(&MountOption, Span)> = Vec::new();
    for word in words {
        let Some(flag) = word.value() else {
            reader.error(unknown_option(word.span, &word.stored()));
            continue;
        };
        let contrary = seen.iter().find(|(other, _)| other.sets & flag.clears != 0 || other.clears & flag.sets != 0);
        if let Some((other, first)) = contrary.filter(|_| exact) {
            let message = format!("mount options `{}` and `{}` contradict each other", other.name, flag.name);
            let help = "write two rules, or `options in (…)` to allow either";
            reader.error(
                Diagnostic::new(Code::MountFlagConflict, message, word.span)
                    .and_label(*first, "the other option")
                    .with_help(help),
            );
        }
        options.set |= flag.sets;
        options.clear |= flag.clears;
        seen.push((flag, word.span));
    }
    options
}

fn unknown_option(span: Span, text: &[u8]) -> Diagnostic {
    let error = Diagnostic::new(Code::MountOption, format!("unknown mount option `{}`", shown(text)), span);
    if text.contains(&b',') {
        let list = shown(text).replace(',', ", ");
        return error.with_help(format!("write several options in parentheses: `options=({list})`"));
    }
    if refers_to_variable(text) {
        return error
            .with_help("write the option instead of the variable: variables are not expanded in mount options");
    }
    error.with_nearest(text, nearest(text, MountOption::words()), || {
        "write a mount flag, for example `ro`, `nosuid` or `bind`; options of file systems are not mediated".into()
    })
}

/// Rules that mean something else than they seem to.
fn warn(rule: &MountRule, span: Span, reader: &mut ConditionReader<'_>) {
    let propagation = mount::PROPAGATION | mount::REC;
    let bare = rule.options.is_empty() && rule.optional.is_empty();
    let changes_propagation =
        rule.options.iter().any(|options| options.set & propagation != 0 && options.set & mount::BIND == 0);
    if let Some(source) = rule
        .source
        .as_ref()
        .filter(|_| rule.point.is_none() && rule.fstypes.is_empty() && (bare || changes_propagation))
    {
        let message = "the source of this rule is used as the mount point whose propagation changes";
        let help = format!("write the mount point after `->`: `mount … -> {},`", shown(&source.value));
        reader.warn(Diagnostic::new(Code::MountSource, message, source.span).with_help(help));
    }
    // No command but a new mount has a file system type, so that a list with one and a plain flag turns into it.
    let remount = if rule.operation == MountOperation::Remount { mount::REMOUNT } else { 0 };
    let every = mount::EVERY & !mount::MOVE;
    let lists = rule.options.iter().map(|options| options.set | remount);
    let lists: Vec<u32> = if rule.options.is_empty() { vec![remount] } else { lists.collect() };
    let optional = rule.optional.iter().fold(0, |bits, options| bits | options.set | options.clear);
    let optional = if bare { every } else { optional };
    let turns = lists.iter().any(|list| list & mount::COMMANDS != 0 && (list | optional) & mount::NEW_MASK != 0);
    if let Some(fstype) = rule.fstypes.first().filter(|_| turns) {
        let message = "with `fstype`, this rule only applies to new mounts";
        reader.warn(
            Diagnostic::new(Code::MountFstype, message, fstype.span)
                .and_label(span, "this operation is not covered")
                .with_help("remove `fstype`, which only new mounts have"),
        );
    }
}
