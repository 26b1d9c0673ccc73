//! Names, paths and grants that several rules of the family look at.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::automata::{ByteSet, Pattern};
use crate::blob::Automaton;
use crate::encode::Grant;
use crate::lint::check::{ProfileView, Reporter};
use crate::lint::relations::{may_meet, prefix};
use crate::lint::semantics::Semantics;
use crate::lint::set::{NamingRule, SetView};
use crate::policy::{Profile, ProfileMode, RuleMode};
use crate::source::{Span, Text};
use crate::vocab::{Capability, file as bits, nearest};

/// The paths that the kernel asks about: a slash, then components with one slash between two. Directories end in a slash.
pub(super) fn existing_paths(directory: bool) -> Pattern {
    let plain = Pattern::Set(ByteSet::single(b'/').union(ByteSet::single(0)).negate());
    let dot = ByteSet::single(b'.');
    let other = Pattern::Set(dot.union(ByteSet::single(b'/')).union(ByteSet::single(0)).negate());
    let dot = || Pattern::literal(".");
    // Anything but `.` and `..`.
    let name = Pattern::alternation([
        Pattern::concat([other.clone(), Pattern::star(plain.clone())]),
        Pattern::concat([dot(), other.clone(), Pattern::star(plain.clone())]),
        Pattern::concat([dot(), dot(), other, Pattern::star(plain.clone())]),
        Pattern::concat([dot(), dot(), dot(), Pattern::star(plain)]),
    ]);
    let slash = Pattern::literal("/");
    let file = Pattern::plus(Pattern::concat([slash.clone(), name]));
    if !directory {
        return file;
    }
    let directory = Pattern::concat([file.clone(), slash.clone()]);
    Pattern::alternation([file, directory, slash])
}

/// Whether a name is not that of a profile in a set, or becomes one only on the system.
fn is_special(name: &[u8]) -> bool {
    name == b"unconfined" || name.starts_with(b"snap.") || name.contains(&b':') || name.starts_with(b"&")
}

/// The part of a (stacked) name that no profile has, if any. A pattern for names is meant for profiles that are made while the
/// system runs.
fn unknown_part(set: &SetView<'_>, name: &Text) -> Option<String> {
    let parts = name.to_str_lossy();
    let plain = |part: &&str| !is_special(part.as_bytes()) && !part.contains(['*', '?', '[']);
    parts.split("//&").filter(plain).find(|part| !set.has(&(*part).into())).map(str::to_owned)
}

/// Reports rules that name a profile which the set lacks, among the names of some kind.
pub(super) fn report_unknown_names(
    set: &SetView<'_>,
    wanted: fn(NamingRule) -> bool,
    what: &str,
    reporter: &mut Reporter<'_>,
) {
    if !set.complete {
        return;
    }
    // The same names come again and again.
    let mut known: FxHashMap<&Text, Option<String>> = FxHashMap::default();
    // A rule of an included file names something else in every profile if it names it after the profile.
    let mut rules: BTreeMap<Span, Option<String>> = BTreeMap::new();
    for named in set.members.iter().flat_map(|member| &member.named).filter(|named| wanted(named.by)) {
        let unknown = known.entry(&named.name).or_insert_with(|| unknown_part(set, &named.name)).clone();
        let all = rules.entry(named.span).or_insert_with(|| unknown.clone());
        if unknown.is_none() {
            *all = None;
        }
    }
    for (span, unknown) in rules {
        let Some(part) = unknown else { continue };
        let names = set.members.iter().filter_map(|member| std::str::from_utf8(&member.name).ok());
        let finding = reporter.finding(span, format!("no {what} `{part}`"));
        reporter.push(match nearest(part.as_bytes(), names) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        });
    }
}

/// Whether a child attaches to something that a path matches.
pub(super) fn child_attaches(view: &ProfileView<'_>, child: &Profile, path: &Text) -> bool {
    let glob = child.attachment.as_ref().unwrap_or(&child.name_glob);
    let (Some(attachment), Some(path)) = (view.pattern(&glob.value), view.pattern(path)) else { return true };
    may_meet(prefix(&attachment), prefix(&path))
}

/// Whether the profile is allowed a capability, or does not confine anything.
pub(super) fn has_capability(view: &ProfileView<'_>, capability: Capability) -> bool {
    let confines = matches!(view.profile.flags.mode, ProfileMode::Enforce | ProfileMode::Kill);
    !confines || view.capabilities().any(|(_, mask)| mask & capability.mask() != 0)
}

/// The rules that findings may be about: those of the profile's own file, and those of included files, each with its grants.
pub(super) fn candidates<'s>(semantics: &'s Semantics<'_>) -> impl Iterator<Item = (usize, Span, &'s [usize])> {
    let implied = semantics.view.profile.span;
    let rules = semantics.rules.iter().enumerate();
    rules.filter(move |(_, (span, _))| *span != implied && *span != Span::NONE).map(|(at, (s, list))| (at, *s, &**list))
}

/// The permissions of a grant, without what says where exec leads to. Who may execute a file and stay in the profile may map it.
pub(super) fn effective_permissions(grant: &Grant<'_>) -> u32 {
    if grant.automaton != Automaton::File {
        return grant.permissions;
    }
    let halves = [0, bits::OTHER].map(|half| {
        let word = grant.permissions >> half;
        let maps = word & bits::EXEC != 0 && word & bits::EXEC_INHERIT != 0 && grant.mode != RuleMode::Deny;
        (if maps { bits::MMAP_EXEC } else { 0 }) << half
    });
    let implied = halves.iter().fold(0, |all, half| all | half);
    grant.permissions & !(bits::EXEC_TYPE | bits::EXEC_TYPE << bits::OTHER) | implied
}

/// Reports deny rules of the profile's own file that deny nothing that is allowed: those that log it, or those that do not.
pub(super) fn report_idle_denies(semantics: &Semantics<'_>, logged: bool, message: &str, reporter: &mut Reporter<'_>) {
    if !semantics.enforces() {
        return;
    }
    for (_, span, grants) in candidates(semantics).filter(|&(_, span, _)| semantics.is_own(span)) {
        let idle = grants.iter().all(|&at| {
            let Some(deny) = semantics.grant(at) else { return false };
            deny.mode == RuleMode::Deny
                && (deny.marked == 0) == logged
                && !semantics.grants.iter().enumerate().any(|(place, allow)| {
                    allow.mode != RuleMode::Deny
                        && allow.automaton == deny.automaton
                        && effective_permissions(allow) & effective_permissions(deny) != 0
                        && semantics.common(at, place).is_some()
                })
        });
        if idle {
            reporter.report(span, message);
        }
    }
}
