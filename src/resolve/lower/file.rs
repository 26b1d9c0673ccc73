//! Lowers file rules.

use super::Context;
use super::condition::{ConditionReader, choices, glob, shown};
use super::file_permissions::{LetterMeaning, letters};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Exec, ExecKind, ExecTarget, FileRule, Glob, LinkTarget, Prefix, RuleMode, Safety};
use crate::source::{Span, Spanned, Text};
use crate::syntax::Pattern;
use crate::syntax::ast::{self, FileBody, FileLetters};
use crate::vocab::{ExecMode, FilePermissions};

pub(super) fn lower(rule: &ast::FileRule, prefix: &Prefix, span: Span, context: &mut Context<'_>) -> Option<FileRule> {
    let mut reader = ConditionReader::new("file", context.diagnostics);
    let deny = prefix.mode == Some(RuleMode::Deny);
    let (leading, subset, path, permissions, target) = match &rule.body {
        FileBody::All if deny => {
            let message = "`deny file` would deny `ix`, but a denied exec does not take a kind";
            let help = "write `deny /{**,} rwlkmx,`";
            reader.error(Diagnostic::new(Code::DenyXQual, message, span).with_help(help));
            return None;
        }
        FileBody::All => return Some(everything(span)),
        FileBody::Access { leading, subset, path, permissions, target } => {
            (*leading, *subset, path, permissions, target.as_ref())
        }
    };
    let mut letters = letters(permissions, &mut reader);
    let has_exec = letters.exec.is_some();
    if let Some(safety) = rule.safety {
        match &mut letters.exec {
            Some(exec) => exec.mode = exec.mode.with_environment(safety == Safety::Unsafe),
            None => {
                let message = "`safe` and `unsafe` need an exec permission";
                let help = "remove the keyword, or add an exec permission, for example `Px`";
                reader.error(Diagnostic::new(Code::UnsafeNonexec, message, span).with_help(help));
            }
        }
    }
    check_exec(&letters, deny, permissions, &mut reader);
    if subset && (!letters.only_link || !leading) {
        let message = "`subset` can only be combined with the permission `l`";
        let help = "write `link subset /new -> /target,` and put other permissions into a separate rule";
        reader.error(Diagnostic::new(Code::SubsetNonlink, message, permissions.span).with_help(help));
    }
    let mut link = LinkTarget::Any;
    let mut unused_target = None;
    let meaning = target.map(|target| (target, meaning(target, leading, &letters, permissions.span, &mut reader)));
    match meaning {
        Some((target, ArrowMeaning::Link)) => link = LinkTarget::Path { target: glob(target), subset },
        Some((target, ArrowMeaning::Exec)) => {
            let name = ExecTarget::Named(glob(target).value);
            match &mut letters.exec {
                Some(exec) => exec.target = Some(name),
                None if !has_exec => {
                    let message = "the target has no effect without an exec permission";
                    let help = "add an exec permission, for example `Px`, or remove the target";
                    reader.warn(Diagnostic::new(Code::UnusedTarget, message, target.span).with_help(help));
                    unused_target = Some(name);
                }
                None => {}
            }
        }
        None => {}
    }
    let dangerous = |exec: &Exec| exec.mode.kind() == ExecKind::Unconfined && exec.mode.keeps_environment();
    if reader.is_right() && letters.exec.as_ref().is_some_and(dangerous) {
        let message = "`ux` runs the program unconfined with an environment that the caller controls";
        let help = "write `Px` and a profile for the program, or at least `Ux`, which scrubs the environment";
        reader.warn(Diagnostic::new(Code::DangerousUx, message, permissions.span).with_help(help));
    }
    reader.finish(FileRule { path: glob(path), access: letters.permissions, exec: letters.exec, link, unused_target })
}

/// `file,`: every permission to every file, exec in the same profile.
fn everything(span: Span) -> FileRule {
    FileRule {
        path: Glob::new(Text::from("/{**,}"), span),
        access: FilePermissions::ALL,
        exec: Some(Exec { mode: ExecMode::INHERIT, target: None }),
        link: LinkTarget::Any,
        unused_target: None,
    }
}

/// A denied exec has no kind, every other one needs one (or `unsafe`).
fn check_exec(
    letters: &LetterMeaning,
    deny: bool,
    permissions: &Spanned<FileLetters>,
    reader: &mut ConditionReader<'_>,
) {
    let Some(exec) = &letters.exec else { return };
    let typed = exec.mode != ExecMode::BARE;
    let span = letters.exec_span;
    if deny && typed {
        let message = format!("denied exec written as `{}` instead of `x`", shown(permissions.as_bytes()));
        let help = "write `x`, which denies every kind of exec";
        reader.error(Diagnostic::new(Code::DenyXQual, message, span).with_help(help));
    } else if !deny && !typed {
        let message = "`x` does not select the profile of the executed program";
        let help = format!(
            "write {}: in this profile, one of its own, a child profile, or none",
            choices(["ix", "Px", "Cx", "Ux"])
        );
        reader.error(Diagnostic::new(Code::XNeedsQual, message, span).with_help(help));
    }
}

/// The meaning of the word after the arrow.
enum ArrowMeaning {
    Link,
    Exec,
}

/// `l` makes it the target of a link, unless there is an exec permission too; then the two forms of file rules differ.
fn meaning(
    target: &Spanned<Pattern>,
    leading: bool,
    letters: &LetterMeaning,
    permissions: Span,
    reader: &mut ConditionReader<'_>,
) -> ArrowMeaning {
    let exec = letters.exec.is_some();
    match (letters.permissions.contains(FilePermissions::LINK), exec, leading) {
        (true, true, true) => {
            let message = "link and exec permission in a rule with a target";
            let help = "split the rule into one with `l` and one with the exec permission";
            reader.error(
                Diagnostic::new(Code::LinkExecConflict, message, permissions)
                    .and_label(target.span, "the target")
                    .with_help(help),
            );
            ArrowMeaning::Link
        }
        (true, true, false) => {
            let message = "the target applies to the exec only; the link may have any target";
            let help = "split the rule into one with `l` and one with the exec permission";
            reader.warn(Diagnostic::new(Code::LinkExecTarget, message, target.span).with_help(help));
            ArrowMeaning::Exec
        }
        (true, false, _) => {
            let stored = glob(target);
            if leading && has_namespace(&stored.value) {
                let message = format!("link target `{}` is a profile in a namespace, not a file", shown(&stored.value));
                let help = "write the path of the link's target";
                reader.error(Diagnostic::new(Code::LinkNs, message, target.span).with_help(help));
            }
            ArrowMeaning::Link
        }
        (false, ..) => ArrowMeaning::Exec,
    }
}

/// Whether a target is `:namespace:name`, with or without `&` before it.
fn has_namespace(target: &[u8]) -> bool {
    let target = target.strip_prefix(b"&").unwrap_or(target);
    let Some(rest) = target.strip_prefix(b":") else { return false };
    let mut parts = rest.splitn(2, |&byte| byte == b':');
    let namespace = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    let name = name.strip_prefix(b"//").unwrap_or(name);
    !namespace.is_empty() && !name.is_empty()
}
