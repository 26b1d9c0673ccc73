//! Holes that several rules make together, found on automata.

use rustc_hash::FxHashSet;

use crate::automata::{ByteSet, Pattern};
use crate::blob::Automaton;
use crate::encode::{Grant, path_pattern};
use crate::lint::check::{Check, Reporter};
use crate::lint::relations::{escaping, may_meet, prefix, shown};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::semantics::Semantics;
use crate::policy::{FileRule, RuleKind, RuleMode};
use crate::source::Span;
use crate::vocab::file as bits;

pub(in crate::lint::rules) static WRITE_EXEC: Rule = Rule {
    code: "AA0104",
    name: "write-and-exec",
    confidence: Confidence::Medium,
    summary: "a file may be written and executed",
    why: "What an attacker makes the program write, the program can then run: a hole in the data becomes a hole in the code.",
    bad: "profile p /usr/bin/p {\n  /var/lib/p/** rw,\n  /var/lib/p/bin/* rix,\n}\n",
    good: "profile p /usr/bin/p {\n  /var/lib/p/** rw,\n  /usr/lib/p/* rix,\n}\n",
    remedy: "Keep programs and data apart, or deny writing where programs are (`deny /var/lib/p/bin/* w,`).",
    check: Check::Automata(write_exec),
    ..Rule::BASE
};

pub(in crate::lint::rules) static ALIAS: Rule = Rule {
    code: "AA0135",
    name: "deny-misses-alias",
    confidence: Confidence::Medium,
    summary: "a file that a rule denies is allowed under another spelling",
    why: "On systems with merged `/usr`, `/bin/sh` is `/usr/bin/sh` to the kernel, `/var/run` is `/run`, and a process's own \
          files are at `/proc/PID`, never at `/proc/self`: a deny of one spelling does not hold for the other.",
    bad: "profile p /usr/bin/p {\n  /{,usr/}bin/* rix,\n  deny /bin/su x,\n}\n",
    good: "profile p /usr/bin/p {\n  /{,usr/}bin/* rix,\n  deny /{,usr/}bin/su x,\n}\n",
    remedy: "Deny all spellings: `/{,usr/}bin/…`, `/{,var/}run/…`, `@{PROC}/@{pid}/…`.",
    check: Check::Automata(alias),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CONTENTS: Rule = Rule {
    code: "AA0206",
    name: "deny-misses-contents",
    confidence: Confidence::Medium,
    summary: "what is in a directory is denied, but what is further below is allowed",
    why: "`/secret/*` ends at the next slash: files in the directories below it are other paths, which a broader rule allows.",
    bad: "profile p /usr/bin/p {\n  /srv/** r,\n  deny /srv/secret/* r,\n}\n",
    good: "profile p /usr/bin/p {\n  /srv/** r,\n  deny /srv/secret/{,**} r,\n}\n",
    remedy: "Deny `/secret/{,**}`.",
    check: Check::Automata(contents),
    ..Rule::BASE
};

const BOTH: u32 = 1 | 1 << bits::OTHER;

/// The file grants of one mode that are about any of the permissions, each with its number.
fn files<'s, 'a>(
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

/// What nobody executes although it has no slash at its end: devices, and the files of `/proc` and `/sys`.
const NO_PROGRAMS: [&[u8]; 2] = [b"/{proc,sys}/**", b"/dev/{[^s]**,s,s[^h]**,sh,sh[^m]**,shm,shm[^/]**}"];

fn write_exec(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    if !semantics.view.confines() {
        return;
    }
    let write = (bits::WRITE | bits::APPEND) * BOTH;
    let exec = bits::EXEC * BOTH;
    // What ends in a slash is a directory, which nobody executes.
    let file_end = Pattern::Set(ByteSet::single(b'/').negate());
    let no_directory = Pattern::concat([Pattern::star(Pattern::any_byte()), file_end]);
    let no_programs: Vec<Pattern> = NO_PROGRAMS.iter().filter_map(|path| path_pattern(path)).collect();
    // What `all,` allows has a finding of its own.
    let named = |permissions| files(semantics, false, permissions).filter(|(_, by)| !semantics.view.is_all(by.span));
    let writing: Vec<_> = named(write).collect();
    let executing: Vec<_> = named(exec).collect();
    let [writers, executors] =
        [&writing, &executing].map(|list| list.iter().map(|(_, grant)| grant.span).collect::<FxHashSet<Span>>());
    for &(x, executes) in &executing {
        let written = writing.iter().find_map(|&(w, writes)| {
            // A rule of an included file that says both by itself is that file's business.
            let alone = |span| writers.contains(&span) && executors.contains(&span);
            let [own_exec, own_write] = [executes.span, writes.span].map(|span| semantics.is_own(span));
            let together = match (own_exec, own_write) {
                (true, true) => true,
                (true, false) => !alone(writes.span),
                (false, true) => !alone(executes.span),
                (false, false) => executes.span == writes.span,
            };
            // Both are about files of the program's user, or both about others.
            let meet = |half: u32| executes.permissions & exec & half != 0 && writes.permissions & write & half != 0;
            if !together || !(meet(bits::OWNER_HALF) || meet(bits::OTHER_HALF)) {
                return None;
            }
            semantics.common(x, w)?;
            let mut denied = semantics.denying(bits::EXEC, x);
            denied.extend(semantics.denying(bits::WRITE, x));
            denied.extend(&no_programs);
            let string = escaping(&[executes.pattern, writes.pattern, &no_directory], &denied)?;
            Some((writes.span, shown(&string)))
        });
        if let Some((span, file)) = written {
            let place = if semantics.is_own(executes.span) { executes.span } else { span };
            let finding = reporter.finding(place, format!("`{file}` may be written and executed"));
            let (other, text) =
                if place == executes.span { (span, "may write it") } else { (executes.span, "may execute it") };
            reporter.push(if other == place { finding } else { finding.and_label(other, text) });
        }
    }
}

/// Directories that are links to others on today's systems: what is below the first is below the second to the kernel.
const ALIASES: [(&str, &str); 14] = [
    ("/bin/", "/usr/bin/"),
    ("/sbin/", "/usr/sbin/"),
    ("/sbin/", "/usr/bin/"),
    ("/usr/sbin/", "/usr/bin/"),
    ("/lib/", "/usr/lib/"),
    ("/lib32/", "/usr/lib32/"),
    ("/lib64/", "/usr/lib64/"),
    ("/libx32/", "/usr/libx32/"),
    ("/var/run/", "/run/"),
    ("/var/lock/", "/run/lock/"),
    ("/run/shm/", "/dev/shm/"),
    ("/etc/mtab", "/proc/12345/mounts"),
    ("/proc/self/", "/proc/12345/"),
    ("/proc/thread-self/", "/proc/12345/task/12345/"),
];

/// Whether a denied path is allowed under the other spelling: the string.
fn escaped(semantics: &Semantics<'_>, denied: &Pattern, permissions: u32) -> Option<(String, Span)> {
    let denies: Vec<&Pattern> = files(semantics, true, permissions)
        .map(|(_, deny)| deny)
        .filter(|deny| deny.permissions & permissions == permissions && may_meet(prefix(deny.pattern), prefix(denied)))
        .map(|deny| deny.pattern)
        .collect();
    files(semantics, false, permissions).find_map(|(_, allow)| {
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
fn denies<'a>(semantics: &'a Semantics<'_>) -> impl Iterator<Item = (&'a crate::policy::Rule, &'a FileRule, u32)> {
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

fn alias(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file, permission) in denies(semantics) {
        let path = file.path.value.as_bytes();
        for (from, to) in ALIASES {
            let Some(rest) = path.strip_prefix(from.as_bytes()) else { continue };
            let Some(spelling) = path_pattern(&[to.as_bytes(), rest].concat()) else { continue };
            if let Some((string, allow)) = escaped(semantics, &spelling, permission) {
                let finding = reporter.finding(rule.span, format!("the same file is allowed as `{string}`"));
                reporter.push(finding.and_label(allow, "allows it"));
                break;
            }
        }
    }
}

fn contents(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file, permission) in denies(semantics) {
        let path = file.path.value.as_bytes();
        let below = match path {
            [.., b'/', b'*'] if path.len() > 2 => path.get(..path.len() - 1).map(|dir| [dir, b"**"].concat()),
            _ => None,
        };
        let Some(pattern) = below.and_then(|text| path_pattern(&text)) else { continue };
        if let Some((string, allow)) = escaped(semantics, &pattern, permission) {
            let finding = reporter.finding(rule.span, format!("`{string}` below it is allowed"));
            reporter.push(finding.and_label(allow, "allows it"));
        }
    }
}
