//! Rules that are taken for the same.

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{FileRule, Prefix, Rule, RuleKind, RuleMode};
use crate::source::{Span, Text};

/// Warns about rules of which the reference compiler keeps only one: it does not compare the first byte of names, be they
/// paths or those of `change_profile` rules, nor whether the other rule is about a file.
pub(in crate::resolve) fn merged(rules: &[Cow<'_, Rule>], diagnostics: &mut Diagnostics) {
    /// The parts of a rule that are compared.
    type ComparedParts<'a> = (&'a [u8], Option<&'a [u8]>, Prefix);
    fn rest<'a>(name: &'a [u8], other: Option<&'a Text>, prefix: &Prefix) -> ComparedParts<'a> {
        let tail = |text: &'a [u8]| text.get(1..).unwrap_or_default();
        (tail(name), other.map(|other| tail(other)), Prefix { owner: None, ..*prefix })
    }
    let mut changes: FxHashMap<ComparedParts<'_>, Span> = FxHashMap::default();
    let mut lost = |span: Span, before: Span| {
        let message = "apparmor_parser treats this rule and another as duplicates and drops one of them";
        diagnostics.push(Diagnostic::new(Code::RefMerge, message, span).and_label(before, "the other rule"));
    };
    for rule in rules {
        if let RuleKind::ChangeProfile(change) = &rule.kind {
            // Of the prefix only this is left in the reference.
            let mode = rule.prefix.mode.filter(|mode| *mode == RuleMode::Deny);
            let prefix = Prefix { priority: 0, mode, ..rule.prefix };
            match changes.entry(rest(change.target_text(), change.exec.as_ref().map(|exec| &exec.value), &prefix)) {
                Entry::Occupied(before) => lost(rule.span, *before.get()),
                Entry::Vacant(place) => _ = place.insert(rule.span),
            }
        }
    }
    let mut files: FxHashMap<(ComparedParts<'_>, bool), (&Rule, &FileRule)> = FxHashMap::default();
    for rule in rules {
        let RuleKind::File(file) = &rule.kind else { continue };
        let (target, subset) = file.link.written().unzip();
        match files.entry((rest(&file.path.value, target, &rule.prefix), subset == Some(true))) {
            // Those for the owner and for others are rightly the same.
            Entry::Occupied(before) if before.get().1.path != file.path || before.get().1.link != file.link => {
                lost(rule.span, before.get().0.span);
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => _ = place.insert((rule, file)),
        }
    }
    if changes.is_empty() {
        return;
    }
    for rule in rules {
        if let RuleKind::File(file) = &rule.kind {
            let link = file.link.written().map(|(target, _)| target);
            if let Some(&before) = changes.get(&rest(&file.path.value, link, &rule.prefix)) {
                lost(rule.span, before);
            }
        }
    }
}
