#![doc = include_str!("write_and_exec.md")]

use rustc_hash::FxHashSet;

use crate::automata::{ByteSet, Pattern};
use crate::encode::path_pattern;
use crate::lint::check::{Check, Reporter};
use crate::lint::relations::{escaping, shown};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::rules::file_grants::file_grants;
use crate::lint::semantics::Semantics;
use crate::source::Span;
use crate::vocab::file as bits;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0104",
    name: "write-and-exec",
    confidence: Confidence::Medium,
    page: page!("AA0104", "write_and_exec"),
    check: Check::Automata(check),
    ..Rule::BASE
};

const BOTH: u32 = 1 | 1 << bits::OTHER;

/// Paths that are never executed although they do not end with a slash: devices, and the files of `/proc` and `/sys`.
const NO_PROGRAMS: [&[u8]; 2] = [b"/{proc,sys}/**", b"/dev/{[^s]**,s,s[^h]**,sh,sh[^m]**,shm,shm[^/]**}"];

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
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
    let named =
        |permissions| file_grants(semantics, false, permissions).filter(|(_, by)| !semantics.view.is_all(by.span));
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
            let finding = reporter.finding(place, format!("`{file}` may be both written and executed"));
            let (other, text) = if place == executes.span {
                (span, "allows writing it")
            } else {
                (executes.span, "allows executing it")
            };
            reporter.push(if other == place { finding } else { finding.and_label(other, text) });
        }
    }
}
