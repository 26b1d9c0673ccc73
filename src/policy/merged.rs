//! Rules that say the same but for their permissions, as one rule.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{FileRule, Prefix, Rule, RuleKind};
use crate::source::Text;

/// Merges rules of a profile that differ in nothing but their permissions into the first of them, in their order.
///
/// File rules for the owner and for others stay apart, as one rule cannot say both. Explicit `allow` and no mode count as
/// different.
pub(crate) fn merged(rules: &[Rule]) -> Vec<Cow<'_, Rule>> {
    let mut out: Vec<Cow<'_, Rule>> = Vec::with_capacity(rules.len());
    let mut known: FxHashMap<(Prefix, MergeKey<'_>), usize> = FxHashMap::default();
    for rule in rules {
        let at = *known.entry((rule.prefix, MergeKey::of(&rule.kind))).or_insert(out.len());
        match out.get_mut(at) {
            Some(first) => add(first, &rule.kind),
            None => out.push(Cow::Borrowed(rule)),
        }
    }
    out
}

/// The contents that rules have in common if they are merged.
#[derive(PartialEq, Eq, Hash)]
enum MergeKey<'a> {
    File {
        path: &'a Text,
        /// The target of links, and whether it is a subset.
        link: Option<(&'a Text, bool)>,
    },
    ChangeProfile {
        exec: Option<&'a Text>,
        target: &'a [u8],
    },
    /// The rule without permissions.
    Other(Cow<'a, RuleKind>),
}

impl<'a> MergeKey<'a> {
    fn of(kind: &'a RuleKind) -> MergeKey<'a> {
        match kind {
            RuleKind::File(FileRule { path, link, .. }) => MergeKey::File { path: &path.value, link: link.written() },
            RuleKind::ChangeProfile(change) => MergeKey::ChangeProfile {
                exec: change.exec.as_ref().map(|exec| &exec.value),
                target: change.target_text(),
            },
            other => MergeKey::Other(without_permissions(other)),
        }
    }
}

fn without_permissions(kind: &RuleKind) -> Cow<'_, RuleKind> {
    let mut kind = Cow::Borrowed(kind);
    match &*kind {
        RuleKind::Unix(_)
        | RuleKind::Dbus(_)
        | RuleKind::Signal(_)
        | RuleKind::Ptrace(_)
        | RuleKind::Mqueue(_)
        | RuleKind::IoUring(_) => {}
        RuleKind::File(_)
        | RuleKind::ChangeProfile(_)
        | RuleKind::Capability(_)
        | RuleKind::Network(_)
        | RuleKind::Mount(_)
        | RuleKind::PivotRoot(_)
        | RuleKind::Userns => return kind,
    }
    match kind.to_mut() {
        RuleKind::Unix(rule) => rule.permissions = Default::default(),
        RuleKind::Dbus(rule) => rule.permissions = Default::default(),
        RuleKind::Signal(rule) => rule.permissions = Default::default(),
        RuleKind::Ptrace(rule) => rule.permissions = Default::default(),
        RuleKind::Mqueue(rule) => rule.permissions = Default::default(),
        RuleKind::IoUring(rule) => rule.permissions = Default::default(),
        _ => {}
    }
    kind
}

/// Adds the permissions of a rule to those of another with the same identity.
fn add(rule: &mut Cow<'_, Rule>, more: &RuleKind) {
    // Most rules that meet here come from an include that is read twice, and have nothing to add.
    if rule.kind == *more {
        return;
    }
    match (&mut rule.to_mut().kind, more) {
        (RuleKind::File(rule), RuleKind::File(more)) => {
            rule.access |= more.access;
            rule.exec = rule.exec.take().or_else(|| more.exec.clone());
            rule.unused_target = rule.unused_target.take().or_else(|| more.unused_target.clone());
        }
        (RuleKind::Unix(rule), RuleKind::Unix(more)) => rule.permissions |= more.permissions,
        (RuleKind::Dbus(rule), RuleKind::Dbus(more)) => rule.permissions |= more.permissions,
        (RuleKind::Signal(rule), RuleKind::Signal(more)) => rule.permissions |= more.permissions,
        (RuleKind::Ptrace(rule), RuleKind::Ptrace(more)) => rule.permissions |= more.permissions,
        (RuleKind::Mqueue(rule), RuleKind::Mqueue(more)) => rule.permissions |= more.permissions,
        (RuleKind::IoUring(rule), RuleKind::IoUring(more)) => rule.permissions |= more.permissions,
        // A `change_profile` that is both `safe` and `unsafe` is an error.
        _ => {}
    }
}
