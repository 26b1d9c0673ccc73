//! Rules of a profile with conflicting exec transitions for the same path.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Detail, Diagnostic, Diagnostics};
use crate::policy::{ChangeProfileRule, Exec, FileRule, Owner, Prefix, Rule, RuleKind, Safety};
use crate::source::{Span, Text};

/// Reports paths with two kinds of exec, and `change_profile` rules that are both `safe` and `unsafe`.
///
/// An exec for the owner or for others conflicts with that of a rule for everybody, too. The later exec of two that conflict is taken
/// out, so that the same conflict is not reported again where automata are built.
pub(super) fn report(rules: &mut [Rule], diagnostics: &mut Diagnostics) {
    for at in find(rules, diagnostics) {
        if let Some(Rule { kind: RuleKind::File(file), .. }) = rules.get_mut(at) {
            file.exec = None;
        }
    }
}

/// Reports the conflicts, and returns the places in the list of the later file rules.
fn find(rules: &[Rule], diagnostics: &mut Diagnostics) -> Vec<usize> {
    let mut later = Vec::new();
    let mut execs: FxHashMap<FileKey<'_>, [Option<(&Exec, Span)>; 3]> = FxHashMap::default();
    let mut changes: FxHashMap<ChangeProfileKey<'_>, (bool, Span)> = FxHashMap::default();
    for (at, rule) in rules.iter().enumerate() {
        match &rule.kind {
            RuleKind::File(FileRule { path, exec: Some(exec), link, .. }) => {
                let prefix = Prefix { owner: None, ..rule.prefix };
                let known = execs.entry(FileKey { path: &path.value, link: link.written(), prefix }).or_default();
                if let Some(before) = conflicting(known, rule, exec) {
                    let message = format!("conflicting exec transitions for `{}`", path.value);
                    diagnostics.push(conflict(message, &path.value, rule.span, before));
                    later.push(at);
                }
            }
            RuleKind::ChangeProfile(change @ ChangeProfileRule { safety, exec: Some(exec), .. }) => {
                let key = ChangeProfileKey { exec: &exec.value, target: change.target_text(), prefix: rule.prefix };
                let is_unsafe = *safety == Some(Safety::Unsafe);
                let (before_is_unsafe, before) = *changes.entry(key).or_insert((is_unsafe, rule.span));
                if before_is_unsafe != is_unsafe {
                    let message = "the same `change_profile` is both `safe` and `unsafe`".to_owned();
                    diagnostics.push(conflict(message, &exec.value, rule.span, before));
                }
            }
            _ => {}
        }
    }
    later
}

#[derive(PartialEq, Eq, Hash)]
struct FileKey<'a> {
    path: &'a Text,
    /// The target of links, and whether it is a subset.
    link: Option<(&'a Text, bool)>,
    /// Without owner.
    prefix: Prefix,
}

#[derive(PartialEq, Eq, Hash)]
struct ChangeProfileKey<'a> {
    exec: &'a Text,
    target: &'a [u8],
    prefix: Prefix,
}

/// The place of a rule about some of the same users whose exec is another one. Known are the first exec for everybody, for the
/// owner, and for others; this one becomes known.
fn conflicting<'a>(known: &mut [Option<(&'a Exec, Span)>; 3], rule: &Rule, exec: &'a Exec) -> Option<Span> {
    let half = match rule.prefix.owner {
        None => 0,
        Some(Owner::Owner) => 1,
        Some(Owner::Other) => 2,
    };
    let means = |exec: &'a Exec| (exec.word(), exec.table_target());
    let overlapping = known.iter().enumerate().filter(|(index, _)| half == 0 || *index == 0 || *index == half);
    let mut others = overlapping.filter_map(|(_, before)| *before);
    let found = others.find(|(before, _)| means(before) != means(exec)).map(|(_, span)| span);
    if let Some(free) = known.get_mut(half).filter(|known| known.is_none()) {
        *free = Some((exec, rule.span));
    }
    found
}

fn conflict(message: String, path: &Text, span: Span, before: Span) -> Diagnostic {
    Diagnostic::new(Code::MergeXConflict, message, span)
        .and_label(before, "the other rule")
        .with_help("remove one of the rules, or give one a higher `priority=`")
        .with_detail(Detail::ExecConflict { path: Some(path.clone()) })
}
