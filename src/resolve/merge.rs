//! Merging of rules that say the same but for their permissions.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::compat;
use crate::diagnostic::{Code, Detail, Diagnostic, Diagnostics};
use crate::policy::{ChangeProfileRule, FileRule, LinkTarget, Owner, Prefix, Rule, RuleKind, Safety};
use crate::source::{Span, Text};

/// Merges equal rules into the first of them, and reports paths with two kinds of exec.
///
/// Explicit `allow` and no mode count as different. File rules for the owner and for others stay apart, as one rule cannot say
/// both, but an exec of theirs conflicts with that of a rule for everybody.
pub(super) fn merge(rules: Vec<Rule>, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let mut merger = Merger {
        out: Vec::with_capacity(rules.len()),
        files: FxHashMap::default(),
        change_profiles: FxHashMap::default(),
        others: FxHashMap::default(),
        diagnostics,
    };
    for rule in rules {
        match &rule.kind {
            RuleKind::File(file) => {
                let key = FileKey::new(file, &rule.prefix);
                merger.file(key, rule);
            }
            RuleKind::ChangeProfile(change) => {
                let key = ChangeProfileKey::new(change, &rule.prefix);
                merger.change_profile(key, rule);
            }
            _ => merger.other(rule),
        }
    }
    let merged = merger.out;
    compat::merged(&merged, diagnostics);
    merged
}

#[derive(PartialEq, Eq, Hash)]
struct FileKey {
    path: Text,
    link: Option<(Text, bool)>,
    /// Without owner.
    prefix: Prefix,
}

impl FileKey {
    fn new(file: &FileRule, prefix: &Prefix) -> Self {
        let link = match &file.link {
            LinkTarget::Any => None,
            LinkTarget::Path { target, subset } => Some((target.value.clone(), *subset)),
        };
        FileKey { path: file.path.value.clone(), link, prefix: Prefix { owner: None, ..*prefix } }
    }
}

/// `**` stands for an absent target.
#[derive(PartialEq, Eq, Hash)]
struct ChangeProfileKey {
    exec: Option<Text>,
    target: Text,
    prefix: Prefix,
}

impl ChangeProfileKey {
    fn new(change: &ChangeProfileRule, prefix: &Prefix) -> Self {
        ChangeProfileKey {
            exec: change.exec.as_ref().map(|exec| exec.value.clone()),
            target: change.target.as_ref().map_or_else(|| "**".into(), |target| target.value.clone()),
            prefix: *prefix,
        }
    }
}

struct Merger<'a> {
    out: Vec<Rule>,
    /// Places in `out` of the rules for everybody, for the owner, and for others.
    files: FxHashMap<FileKey, [Option<usize>; 3]>,
    change_profiles: FxHashMap<ChangeProfileKey, usize>,
    /// Other rules, without their permissions.
    others: FxHashMap<(Prefix, RuleKind), usize>,
    diagnostics: &'a mut Diagnostics,
}

impl Merger<'_> {
    /// The rule at a place of `out` that was minted here.
    fn file_at(&self, at: usize) -> Option<(&FileRule, Span)> {
        match self.out.get(at) {
            Some(Rule { kind: RuleKind::File(file), span, .. }) => Some((file, *span)),
            _ => None,
        }
    }

    fn file(&mut self, key: FileKey, rule: Rule) {
        let RuleKind::File(file) = &rule.kind else { return };
        let half = match rule.prefix.owner {
            None => 0,
            Some(Owner::Owner) => 1,
            Some(Owner::Other) => 2,
        };
        let places = self.files.get(&key).copied().unwrap_or_default();
        for (index, &at) in places.iter().enumerate() {
            let overlaps = half == 0 || index == 0 || index == half;
            let Some((before, span)) = at.filter(|_| overlaps).and_then(|at| self.file_at(at)) else { continue };
            if let (Some(a), Some(b)) = (&before.exec, &file.exec)
                && (a.word(), a.table_target()) != (b.word(), b.table_target())
            {
                let message = format!("conflicting exec transitions for `{}`", file.path.value);
                self.diagnostics.push(conflict(message, &file.path.value, rule.span, span));
                break;
            }
        }
        let slot = self.files.entry(key).or_default().get_mut(half);
        let Some(slot) = slot else { return };
        let known = slot.and_then(|at| self.out.get_mut(at));
        let Some(Rule { kind: RuleKind::File(known), .. }) = known else {
            *slot = Some(self.out.len());
            self.out.push(rule);
            return;
        };
        let RuleKind::File(file) = rule.kind else { return };
        known.access |= file.access;
        known.exec = known.exec.take().or(file.exec);
        known.unused_target = known.unused_target.take().or(file.unused_target);
    }

    fn change_profile(&mut self, key: ChangeProfileKey, rule: Rule) {
        let unsafely = |rule: &Rule| match &rule.kind {
            RuleKind::ChangeProfile(change) => change.safety == Some(Safety::Unsafe),
            _ => false,
        };
        let known = self.change_profiles.get(&key).and_then(|&at| self.out.get(at));
        let Some(known) = known else {
            self.change_profiles.insert(key, self.out.len());
            self.out.push(rule);
            return;
        };
        if let Some(exec) = &key.exec
            && unsafely(known) != unsafely(&rule)
        {
            let message = "the same `change_profile` is both `safe` and `unsafe`".to_owned();
            self.diagnostics.push(conflict(message, exec, rule.span, known.span));
        }
    }

    fn other(&mut self, rule: Rule) {
        match self.others.entry((rule.prefix, without_permissions(rule.kind.clone()))) {
            Entry::Occupied(known) => {
                if let Some(known) = self.out.get_mut(*known.get()) {
                    add_permissions(&mut known.kind, &rule.kind);
                }
            }
            Entry::Vacant(free) => {
                free.insert(self.out.len());
                self.out.push(rule);
            }
        }
    }
}

/// The rule without its permissions, where rules that differ in nothing else become one.
fn without_permissions(mut kind: RuleKind) -> RuleKind {
    match &mut kind {
        RuleKind::Unix(rule) => rule.permissions = Default::default(),
        RuleKind::Dbus(rule) => rule.permissions = Default::default(),
        RuleKind::Signal(rule) => rule.permissions = Default::default(),
        RuleKind::Ptrace(rule) => rule.permissions = Default::default(),
        RuleKind::Mqueue(rule) => rule.permissions = Default::default(),
        RuleKind::IoUring(rule) => rule.permissions = Default::default(),
        RuleKind::File(_)
        | RuleKind::ChangeProfile(_)
        | RuleKind::Capability(_)
        | RuleKind::Network(_)
        | RuleKind::Mount(_)
        | RuleKind::PivotRoot(_)
        | RuleKind::Userns => {}
    }
    kind
}

/// Adds the permissions of a rule to those of another of the same class.
fn add_permissions(kind: &mut RuleKind, more: &RuleKind) {
    match (kind, more) {
        (RuleKind::Unix(rule), RuleKind::Unix(more)) => rule.permissions |= more.permissions,
        (RuleKind::Dbus(rule), RuleKind::Dbus(more)) => rule.permissions |= more.permissions,
        (RuleKind::Signal(rule), RuleKind::Signal(more)) => rule.permissions |= more.permissions,
        (RuleKind::Ptrace(rule), RuleKind::Ptrace(more)) => rule.permissions |= more.permissions,
        (RuleKind::Mqueue(rule), RuleKind::Mqueue(more)) => rule.permissions |= more.permissions,
        (RuleKind::IoUring(rule), RuleKind::IoUring(more)) => rule.permissions |= more.permissions,
        _ => {}
    }
}

fn conflict(message: String, path: &Text, span: Span, before: Span) -> Diagnostic {
    Diagnostic::new(Code::MergeXConflict, message, span)
        .and_label(before, "the other rule")
        .with_help("remove one of the rules, or give one a higher `priority=`")
        .with_detail(Detail::ExecConflict { path: Some(path.clone()) })
}
