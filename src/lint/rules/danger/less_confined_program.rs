#![doc = include_str!("less_confined_program.md")]

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::automata::{Pattern, Symbol};
use crate::lint::check::{Check, Reporter};
use crate::lint::relations::{samples, shown};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::set::{SetProfile, SetView};
use crate::source::{Span, Text};

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0137",
    name: "less-confined-program",
    confidence: Confidence::Medium,
    default: false,
    page: page!("AA0137", "less_confined_program"),
    check: Check::Set(check),
    ..Rule::BASE
};

/// A pattern with two of its strings.
type PatternWithSamples = (Arc<Pattern>, [Vec<Symbol>; 2]);

fn check(set: &SetView<'_>, reporter: &mut Reporter<'_>) {
    let sampled = |path: &Text| -> Option<PatternWithSamples> {
        let pattern = set.pattern(path)?;
        let samples = samples(&pattern)?;
        Some((pattern, samples))
    };
    // Each pattern once, with a profile that executes what it matches.
    let mut known = FxHashSet::default();
    let loose = set.members.iter().filter(|member| member.confines && !member.is_strict());
    let runs = loose.flat_map(|member| member.runs.iter().map(move |(path, span)| (member, path, *span)));
    let runs = runs.filter(|(_, path, _)| known.insert(*path));
    let programs: Vec<(&SetProfile, Span, PatternWithSamples)> =
        runs.filter_map(|(member, path, span)| Some((member, span, sampled(path)?))).collect();
    let denies = |member: &SetProfile, string: &[Symbol]| {
        member.denied.iter().filter_map(|path| set.pattern(path)).any(|pattern| pattern.matches(string))
    };
    let mut meeting: FxHashMap<&Text, Vec<(usize, Vec<Symbol>)>> = FxHashMap::default();
    let mut reported = FxHashSet::default();
    for member in set.members.iter().filter(|member| member.is_strict()) {
        for (path, span) in &member.written {
            if reported.contains(span) {
                continue;
            }
            let common = meeting.entry(path).or_insert_with(|| {
                let written = sampled(path);
                let all = programs.iter().enumerate();
                all.filter_map(|(at, (.., program))| Some((at, common(written.as_ref()?, program)?))).collect()
            });
            let found = common.iter().find_map(|(at, string)| {
                let (runner, place, _) = programs.get(*at)?;
                (!denies(member, string) && !denies(runner, string)).then_some((runner, *place, shown(string)))
            });
            if let Some((runner, place, file)) = found {
                reported.insert(*span);
                let name = &runner.name;
                let message = format!("`{file}` may be written, and `{name}`, which is less confined, executes it");
                let finding = reporter.finding(*span, message);
                reporter.push(finding.and_label(place, "may execute it"));
            }
        }
    }
}

/// A file that both patterns match, as far as it is a sample of one of them.
fn common((a, of_a): &PatternWithSamples, (b, of_b): &PatternWithSamples) -> Option<Vec<Symbol>> {
    let slash = Symbol::Byte(b'/');
    let is_file =
        |string: &&Vec<Symbol>| string.last() != Some(&slash) && !string.windows(2).any(|two| two == [slash; 2]);
    let mut samples = of_a.iter().chain(of_b).filter(is_file);
    samples.find(|string| a.matches(string) && b.matches(string)).cloned()
}
