//! Files that one profile writes, and a less confined one executes, maps or reads as configuration.
//!
//! The paths that are looked at are those that rules name, and of a rule with a pattern a shortest one and one in which no wildcard is
//! empty. Both profiles are asked about each of them, so what is found is allowed; two patterns may have other paths in common.

use std::collections::BTreeSet;

use super::super::attachments::readable;
use super::super::rules::{RuleTable, deciding};
use super::super::tree::StringTree;
use super::super::{GraphError, LoadedMode};
use super::{Escape, EscapeKind, MAX_ASKED, writes};
use crate::analysis::diff::index;
use crate::analysis::perms::{APPEND, EXEC, EXEC_MMAP, FilePerms, FilePermsHalf, READ, TransitionTarget, WRITE};
use crate::analysis::query::decide::{file_automaton, mode};
use crate::analysis::query::{RuleUse, Subject, SubjectProfile};
use crate::automata::{Pattern, Symbol};
use crate::blob::Automaton;
use crate::encode::path_pattern;
use crate::parallel;
use crate::policy::RuleMode;

/// The most paths that are looked at.
const MAX_PATHS: usize = 200_000;

/// Places of configuration, and of scripts that shells and sessions source.
const CONFIGURATION: [&str; 6] = [
    "/{etc,usr/local/etc}/**[^/]",
    "/{,usr/,run/}lib/{systemd,udev,modprobe.d,sysctl.d,tmpfiles.d,environment.d}/**[^/]",
    "/run/{systemd/{system,user,generator,transient}*,udev/rules.d}/**[^/]",
    "/var/spool/cron/**[^/]",
    "/{home/*,root}/.{config,ssh,gnupg}/**[^/]",
    "/{home/*,root}/.{bashrc,bash_{profile,login,logout,aliases},profile,login,zsh{rc,env},zlogin,zprofile,kshrc,inputrc,xinitrc,xprofile,xsession,xsessionrc,pam_environment,vimrc,gitconfig}",
];

/// The uses that less confined profiles make of files, each with the permission that it takes.
const USES: [(EscapeKind, u32); 3] =
    [(EscapeKind::Program, EXEC), (EscapeKind::Library, EXEC_MMAP), (EscapeKind::Configuration, READ)];

/// A condition on the paths that are looked at.
type PathSelection<'a> = &'a dyn Fn(&[u8]) -> bool;

/// A profile by its number.
type NumberedProfile<'a> = (usize, &'a SubjectProfile);

/// The files that profiles write which may not leave confinement, and that profiles use which may.
pub(super) fn escapes(subject: &Subject, loose: &[bool], table: &mut RuleTable) -> Result<Vec<Escape>, GraphError> {
    let is_loose = |number: usize| loose.get(number).copied().unwrap_or(true);
    let (strict, free): (Vec<NumberedProfile<'_>>, Vec<NumberedProfile<'_>>) =
        subject.entries.iter().enumerate().partition(|(number, _)| !is_loose(*number));
    let free: Vec<NumberedProfile<'_>> =
        free.into_iter().filter(|(_, entry)| mode(&entry.profile) != LoadedMode::Unconfined).collect();
    let configuration: Vec<Pattern> = CONFIGURATION.iter().filter_map(|glob| path_pattern(glob.as_bytes())).collect();
    let is_configuration = |path: &[u8]| {
        let symbols: Vec<Symbol> = path.iter().copied().map(Symbol::Byte).collect();
        configuration.iter().any(|pattern| pattern.matches(&symbols))
    };
    let paths = StringTree::new(paths(&strict, &free, &is_configuration)?);
    let configures: Vec<bool> = (0..paths.len()).map(|path| is_configuration(paths.string(path))).collect();
    let writers = by_path(&paths, &strict, &|_, perms| u8::from(writes([&perms.owner, &perms.other])));
    let users = by_path(&paths, &free, &|path, perms| {
        let reads = configures.get(path) == Some(&true) && allows(perms, READ);
        let runs = runs(perms);
        // What runs without a change of profile may also be mapped.
        u8::from(runs) | u8::from(!runs && allows(perms, EXEC_MMAP)) << 1 | u8::from(reads) << 2
    });
    let mut candidates = Vec::new();
    for (kind, &(_, permission)) in USES.iter().enumerate() {
        for path in 0..paths.len() {
            let of = |who: &[Vec<(usize, u8)>], bit: u8| -> Vec<usize> {
                let who = who.get(path).map(Vec::as_slice).unwrap_or_default();
                who.iter().filter(|(_, bits)| bits & bit != 0).map(|(number, _)| *number).collect()
            };
            let (actors, others) = (of(&writers, 1), of(&users, 1 << kind));
            if !actors.is_empty() && !others.is_empty() {
                candidates.push((kind, permission, path, actors, others));
            }
        }
    }
    let rules = parallel::map(&candidates, |(_, permission, path, actors, others)| {
        let ask = |who: &[usize], permissions: u32| -> Vec<RuleUse> {
            let entries = who.iter().take(MAX_ASKED).filter_map(|&number| subject.entries.get(number));
            entries.flat_map(|entry| deciding(entry, Automaton::File, paths.string(*path), permissions)).collect()
        };
        (ask(actors, WRITE | APPEND), ask(others, *permission))
    });
    let escapes = candidates.into_iter().zip(rules).filter_map(|((kind, _, path, actors, others), (first, second))| {
        let (kind, _) = *USES.get(kind)?;
        let path = Some(paths.string(path).escape_ascii().to_string());
        Some(Escape { kind, path, actors, others, rules: table.enter(first), other_rules: table.enter(second) })
    });
    Ok(escapes.collect())
}

/// The paths to look at.
fn paths(
    strict: &[NumberedProfile<'_>],
    free: &[NumberedProfile<'_>],
    is_configuration: PathSelection<'_>,
) -> Result<Vec<Vec<u8>>, GraphError> {
    let mut paths = BTreeSet::new();
    let everything = |_: &[u8]| true;
    let sources: [(_, _, PathSelection<'_>); 3] =
        [(strict, WRITE | APPEND, &everything), (free, EXEC | EXEC_MMAP, &everything), (free, READ, is_configuration)];
    for (entries, permissions, wanted) in sources {
        for provenance in entries.iter().filter_map(|(_, entry)| entry.provenance.as_ref()) {
            let rules = provenance.patterns(Automaton::File, RuleMode::Allow);
            for (pattern, _) in rules.filter(|(_, rule)| rule.concerns(permissions)) {
                let samples = [sample(pattern, false), sample(pattern, true)].into_iter().flatten();
                let is_path = |path: &Vec<u8>| path.starts_with(b"/") && !path.ends_with(b"/") && !path.contains(&0);
                paths.extend(samples.filter(is_path).filter(|path| wanted(path)));
            }
            if paths.len() > MAX_PATHS {
                return Err(GraphError::Paths);
            }
        }
    }
    Ok(paths.into_iter().collect())
}

/// Returns for each path the profiles for which `bits` finds something in their permissions, with that.
fn by_path(
    paths: &StringTree,
    entries: &[NumberedProfile<'_>],
    bits: &(dyn Fn(usize, &FilePerms) -> u8 + Sync),
) -> Vec<Vec<(usize, u8)>> {
    let each = parallel::map(entries, |(_, entry)| {
        let mut found = Vec::new();
        if let Some((db, start)) = file_automaton(&entry.profile) {
            paths.walk(&db.dfa, vec![start], |path, states| {
                for &state in states {
                    let bits = bits(path, &FilePerms::of_state(db, index(state)));
                    if bits != 0 {
                        found.push((path, bits));
                    }
                }
            });
        }
        found
    });
    let mut all = vec![Vec::new(); paths.len()];
    for ((number, _), found) in entries.iter().zip(each) {
        for (path, bits) in found {
            all.get_mut(path).into_iter().for_each(|known: &mut Vec<_>| known.push((*number, bits)));
        }
    }
    all
}

fn allows(perms: &FilePerms, permission: u32) -> bool {
    (perms.owner.allow | perms.other.allow) & permission != 0
}

/// Whether a program runs without less freedom than the profile has itself.
fn runs(perms: &FilePerms) -> bool {
    let free = |half: &FilePermsHalf| {
        let exec = half.exec.as_ref().filter(|_| half.allow & EXEC != 0);
        exec.is_some_and(|exec| exec.target == TransitionTarget::None && (exec.inherit || exec.unconfined))
    };
    free(&perms.owner) || free(&perms.other)
}

/// A short string of a pattern, with readable bytes where there is a choice; `full`: with something in the place of every wildcard.
fn sample(pattern: &Pattern, full: bool) -> Option<Vec<u8>> {
    match pattern {
        Pattern::Star(body) if full => sample(body, full),
        Pattern::Empty | Pattern::Star(_) => Some(Vec::new()),
        Pattern::Literal(bytes) => Some(bytes.to_vec()),
        Pattern::Set(set) => readable().find(|&byte| set.contains(byte)).map(|byte| vec![byte]),
        Pattern::OutOfBand => None,
        Pattern::Concat(parts) => {
            parts.iter().map(|part| sample(part, full)).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        }
        Pattern::Alternation(parts) => parts.iter().filter_map(|part| sample(part, full)).min_by_key(Vec::len),
        Pattern::Plus(body) => sample(body, full),
    }
}

#[cfg(test)]
mod tests {
    use super::{CONFIGURATION, path_pattern};
    use crate::automata::Symbol;

    #[test]
    fn places_of_configuration_are_patterns() {
        let patterns: Vec<_> = CONFIGURATION.iter().map(|glob| path_pattern(glob.as_bytes()).unwrap()).collect();
        let is_one = |path: &str| {
            let symbols: Vec<Symbol> = path.bytes().map(Symbol::Byte).collect();
            patterns.iter().any(|pattern| pattern.matches(&symbols))
        };
        for path in
            ["/etc/a/b", "/home/a/.bashrc", "/root/.zshenv", "/usr/lib/systemd/system/a.service", "/root/.ssh/config"]
        {
            assert!(is_one(path), "{path}");
        }
        for path in ["/etc/", "/home/a/.xsession-errors", "/home/a/.bash_history", "/usr/lib/a.so"] {
            assert!(!is_one(path), "{path}");
        }
    }
}
