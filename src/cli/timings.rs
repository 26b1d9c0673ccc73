//! `--timings`: where the time went.

use std::fmt::Write;

use serde::Serialize;

use crate::blob::Automaton;
use crate::compiler::Timings;
use crate::diagnostic::Escaped;

/// The form in which timings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum TimingsForm {
    /// Human-readable text
    Text,
    /// One JSON array
    Json,
}

/// The timings of a file; `None` where it came from the cache, or did not compile.
#[derive(Serialize)]
pub(super) struct FileTimings<'a> {
    pub(super) file: &'a str,
    #[serde(flatten)]
    pub(super) timings: Option<&'a Timings>,
}

pub(super) fn show(files: &[FileTimings<'_>], form: TimingsForm) -> String {
    match form {
        TimingsForm::Text => Escaped::text(&text(files)).to_string(),
        // Numbers and texts only, which cannot fail.
        TimingsForm::Json => super::json(&files).unwrap_or_default(),
    }
}

fn text(files: &[FileTimings<'_>]) -> String {
    let mut out = String::new();
    for FileTimings { file, timings } in files {
        let Some(timings) = timings else {
            _ = writeln!(out, "{file}: nothing was compiled");
            continue;
        };
        let sum = |of: &dyn Fn(&crate::encode::AutomatonEffort) -> u64| {
            timings.profiles.iter().flat_map(|profile| &profile.automata).map(of).sum::<u64>()
        };
        let rules: u64 = timings.profiles.iter().map(|profile| profile.rules_us).sum();
        let phases = [
            ("resolve", timings.resolve_us),
            ("rules", rules),
            ("automata", sum(&|each| each.build_us)),
            ("tables", sum(&|each| each.pack_us)),
            ("write", timings.write_us),
        ];
        let phases: Vec<String> = phases.iter().map(|(name, us)| format!("{name} {}", milliseconds(*us))).collect();
        _ = writeln!(out, "{file}: {}", phases.join(", "));
        for profile in &timings.profiles {
            for each in &profile.automata {
                let what = match each.automaton {
                    Automaton::Xmatch => "attachment",
                    Automaton::Policydb => "other classes",
                    Automaton::File => "files",
                };
                let before = each.states_before.map(|before| format!("{before} → ")).unwrap_or_default();
                _ = writeln!(
                    out,
                    "  {} {what}: {} patterns, {before}{} states, {} cells; {} + {}",
                    profile.profile,
                    each.patterns,
                    each.states,
                    each.cells,
                    milliseconds(each.build_us),
                    milliseconds(each.pack_us),
                );
            }
        }
    }
    out
}

fn milliseconds(us: u64) -> String {
    format!("{}.{} ms", us / 1000, us % 1000 / 100)
}
