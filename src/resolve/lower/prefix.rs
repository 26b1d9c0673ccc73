//! Prefixes of rules: the range of `priority`, and the prefixes that each kind of rule allows.

use super::Context;
use super::condition::choices;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Named, Prefix, RuleKind, RuleMode};
use crate::vocab::Priority;

/// See [`super::prefix()`].
pub(super) fn prefix(prefix: &Spanned<Prefix>, context: &mut Context<'_>) -> Option<policy::Prefix> {
    let priority = match &prefix.priority {
        Some(word) => priority(word, context.diagnostics)?,
        None => 0,
    };
    Some(policy::Prefix { priority, audit: prefix.audit, mode: prefix.mode, owner: prefix.owner })
}

/// See [`super::block_prefix`].
pub(super) fn block(written: &Spanned<Prefix>, context: &mut Context<'_>) -> Option<policy::Prefix> {
    let lowered = prefix(written, context)?;
    if lowered.priority != 0 {
        let span = written.priority.as_ref().map_or(written.span, |word| word.span);
        context.diagnostics.push(
            Diagnostic::new(Code::PriorityBlock, "priority on a block", span)
                .with_help("write the priority before each rule of the block"),
        );
        return None;
    }
    Some(lowered)
}

fn priority(word: &Spanned<Named<Priority>>, diagnostics: &mut Diagnostics) -> Option<i32> {
    if word.value().is_none() {
        let text = String::from_utf8_lossy(word.as_bytes());
        let message = format!("priority {text} is outside {} to {}", Priority::MIN, Priority::MAX);
        diagnostics.push(Diagnostic::new(Code::PriorityRange, message, word.span));
    }
    word.value().map(|priority| priority.number())
}

/// The treatment of the parts of a prefix by a kind of rule.
struct PrefixSupport {
    name: &'static str,
    priority: PrefixTreatment,
    audit: PrefixTreatment,
    owner: PrefixTreatment,
    prompt: PrefixTreatment,
    deny: PrefixTreatment,
}

/// The treatment of one part of a prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PrefixTreatment {
    Taken,
    /// Without effect; the code of the warning.
    Ignored(Code),
    /// It does more than its words: the code of the warning, and the effect.
    Surprising(Code, &'static str),
    Refused,
}

fn takes(kind: &RuleKind) -> PrefixSupport {
    use PrefixTreatment::{Ignored, Refused, Surprising, Taken};
    let most = |name| PrefixSupport { name, priority: Taken, audit: Taken, owner: Refused, prompt: Taken, deny: Taken };
    match kind {
        RuleKind::File(_) => PrefixSupport { owner: Taken, ..most("file") },
        RuleKind::Link(_) => PrefixSupport { owner: Taken, ..most("link") },
        RuleKind::ChangeProfile(_) => PrefixSupport {
            priority: Surprising(
                Code::CpPrefix,
                "before version 6.0, apparmor_parser ignores the priority of `change_profile` rules",
            ),
            audit: Ignored(Code::CpPrefix),
            prompt: Surprising(
                Code::CpPrefix,
                "before version 6.0, apparmor_parser compiles `prompt change_profile` as `allow`",
            ),
            deny: Surprising(
                Code::CpPrefix,
                "`deny change_profile` denies every profile change at exec and is always logged",
            ),
            ..most("change_profile")
        },
        RuleKind::Capability(_) => {
            PrefixSupport { priority: Ignored(Code::CapPrefix), prompt: Ignored(Code::CapPrefix), ..most("capability") }
        }
        RuleKind::Network(_) => PrefixSupport { priority: Refused, ..most("network") },
        RuleKind::All(_) => PrefixSupport { priority: Refused, ..most("all") },
        RuleKind::Unix(_) => most("unix"),
        RuleKind::Dbus(_) => most("dbus"),
        RuleKind::Signal(_) => most("signal"),
        RuleKind::Ptrace(_) => most("ptrace"),
        RuleKind::Mount(_) => most("mount"),
        RuleKind::PivotRoot(_) => most("pivot_root"),
        RuleKind::Mqueue(_) => most("mqueue"),
        RuleKind::Userns(_) => most("userns"),
        RuleKind::IoUring(_) => most("io_uring"),
    }
}

/// See [`super::check_prefix`].
pub(super) fn check(kind: &RuleKind, prefix: &policy::Prefix, span: Span, diagnostics: &mut Diagnostics) -> bool {
    let takes = takes(kind);
    let owner = prefix.owner.map(|owner| match owner {
        policy::Owner::Owner => "owner",
        policy::Owner::Other => "other",
    });
    let parts = [
        ((prefix.priority != 0).then_some("priority"), takes.priority),
        (prefix.audit.then_some("audit"), takes.audit),
        ((prefix.mode == Some(RuleMode::Deny)).then_some("deny"), takes.deny),
        ((prefix.mode == Some(RuleMode::Prompt)).then_some("prompt"), takes.prompt),
        (owner, takes.owner),
    ];
    let mut right = true;
    for (part, becomes) in parts {
        let Some(part) = part else { continue };
        let name = takes.name;
        match becomes {
            PrefixTreatment::Taken => {}
            PrefixTreatment::Ignored(code) => {
                let message = format!("`{part}` has no effect on `{name}` rules");
                diagnostics.push(Diagnostic::new(code, message, span).with_help(format!("remove `{part}`")));
            }
            PrefixTreatment::Surprising(code, message) => diagnostics.push(Diagnostic::new(code, message, span)),
            PrefixTreatment::Refused => {
                right = false;
                diagnostics.push(refused(part, name, &takes, span));
            }
        }
    }
    right
}

fn refused(part: &str, name: &str, takes: &PrefixSupport, span: Span) -> Diagnostic {
    let possible = [("priority", takes.priority), ("audit", takes.audit), ("owner", takes.owner)];
    let possible = possible.iter().filter(|(_, becomes)| *becomes == PrefixTreatment::Taken).map(|&(part, _)| part);
    let possible = possible.chain(["allow", "deny", "prompt"]);
    Diagnostic::new(Code::Prefix, format!("`{part}` is not allowed on `{name}` rules"), span)
        .with_help(format!("remove `{part}`; the allowed prefixes are {}", choices(possible)))
}
