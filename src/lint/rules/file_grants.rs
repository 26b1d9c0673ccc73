//! Grants of file rules, and files that are allowed although a rule means to deny them.

use crate::automata::Pattern;
use crate::blob::Automaton;
use crate::encode::Grant;
use crate::lint::relations::{escaping, may_meet, prefix, shown};
use crate::lint::semantics::Semantics;
use crate::policy::{FileRule, RuleKind, RuleMode};
use crate::source::Span;
use crate::vocab::file as bits;

/// The file grants of one mode that are about any of the permissions, each with its number.
pub(super) fn file_grants<'s, 'a>(
    semantics: &'s Semantics<'a>,
    deny: bool,
    permissions: u32,
) -> impl Iterator<Item = (usize, &'s Grant<'a>)> + use<'s, 'a> {
    semantics.grants.iter().enumerate().filter(move |(_, grant)| {
        grant.automaton == Automaton::File
            && (grant.mode == RuleMode::Deny) == deny
            && grant.permissions & permissions != 0
            && grant.permissions & (bits::ON_EXEC | bits::CHANGE_PROFILE) == 0
    })
}

/// A path of a denied pattern that a rule allows all the same, and the place of that rule.
pub(super) fn allowed_anyway(semantics: &Semantics<'_>, denied: &Pattern, permissions: u32) -> Option<(String, Span)> {
    let denies: Vec<&Pattern> = file_grants(semantics, true, permissions)
        .map(|(_, deny)| deny)
        .filter(|deny| deny.permissions & permissions == permissions && may_meet(prefix(deny.pattern), prefix(denied)))
        .map(|deny| deny.pattern)
        .collect();
    file_grants(semantics, false, permissions).find_map(|(_, allow)| {
        if !may_meet(prefix(allow.pattern), prefix(denied)) {
            return None;
        }
        // What other rules imply is not written by anybody.
        if allow.span == semantics.view.profile.span {
            return None;
        }
        escaping(&[denied, allow.pattern], &denies).map(|string| (shown(&string), allow.span))
    })
}

/// The deny rules for files that are written in the file of the profile, with a permission that they deny.
pub(super) fn file_denies<'a>(
    semantics: &'a Semantics<'_>,
) -> impl Iterator<Item = (&'a crate::policy::Rule, &'a FileRule, u32)> {
    semantics.view.profile.rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::File(file) if rule.prefix.mode == Some(RuleMode::Deny) && semantics.is_own(rule.span) => {
            let grant =
                semantics.grants.iter().find(|grant| grant.span == rule.span && grant.mode == RuleMode::Deny)?;
            let permission = [bits::EXEC, bits::WRITE, bits::READ, bits::MMAP_EXEC];
            let permission = permission.into_iter().find(|bit| grant.permissions & bit != 0)?;
            Some((rule, file, permission))
        }
        _ => None,
    })
}
