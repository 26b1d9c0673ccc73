//! `--coverage`: the rules that no test depends on, for people and for other programs.

use std::fmt::Write;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

use super::{SuiteRun, html};
use crate::analysis::suite::{Coverage, CoverageReport, FileCoverage};
use crate::atomic;
use crate::cli::output::{json, print_styled};
use crate::cli::steps::shown;
use crate::diagnostic::Escaped;

#[derive(clap::Args)]
pub(super) struct CoverageArgs {
    /// Report rules that decide no test; with a FORMAT other than text, write test results to standard error
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text", conflicts_with = "json")]
    pub(super) coverage: Option<CoverageFormat>,

    /// Also count the rules of included files, not only those of profiles and `local/`
    #[arg(long, requires = "coverage")]
    coverage_includes: bool,

    /// Exit with status 1 if less than this percentage of the rules decides a test
    #[arg(long, value_name = "PERCENT", requires = "coverage")]
    fail_under: Option<Percent>,

    /// Write the coverage report to this file
    #[arg(long, value_name = "FILE", requires = "coverage")]
    coverage_output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum CoverageFormat {
    /// One line per rule that decides no test
    Text,
    /// One JSON document with the results of the tests
    Json,
    /// An lcov tracefile
    Lcov,
    /// An HTML page with the annotated profiles
    Html,
}

/// A number from 0 to 100.
#[derive(Clone, Copy, Debug)]
struct Percent(f64);

impl FromStr for Percent {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Percent, Self::Err> {
        let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
        number.map(Percent).ok_or("not a number from 0 to 100")
    }
}

#[derive(Serialize)]
struct CoverageDocument<'a> {
    version: u32,
    runs: &'a [SuiteRun],
    coverage: &'a CoverageReport,
}

impl CoverageArgs {
    /// Whether the results of the tests leave standard output to the report.
    pub(super) fn takes_output(&self) -> bool {
        self.coverage.is_some_and(|format| format != CoverageFormat::Text) && self.coverage_output.is_none()
    }

    /// Prints or writes the report. The result is whether enough is covered.
    pub(super) fn report(&self, coverage: &Coverage, runs: &[SuiteRun]) -> Result<bool, String> {
        let Some(format) = self.coverage else { return Ok(true) };
        let report = coverage.report(self.coverage_includes);
        let text = match format {
            CoverageFormat::Text => Escaped::text(&report.to_string()).to_string(),
            CoverageFormat::Json => json(&CoverageDocument { version: 1, runs, coverage: &report })?,
            CoverageFormat::Lcov => lcov(&report),
            CoverageFormat::Html => html::page(&report),
        };
        match &self.coverage_output {
            Some(path) => {
                atomic::write(path, text.as_bytes()).map_err(|error| format!("{}: {error}", shown(path)))?;
            }
            None => print_styled(&text)?,
        }
        Ok(self.fail_under.is_none_or(|Percent(least)| report.percent() >= least))
    }
}

/// A tracefile: a profile is a function, and a line counts as often as the least covered of its rules.
fn lcov(report: &CoverageReport) -> String {
    let mut text = String::new();
    for file in report.files.iter().filter(|file| file.counts) {
        // Writing to a string cannot fail.
        _ = trace(report, file, &mut text);
    }
    text
}

fn trace(report: &CoverageReport, file: &FileCoverage, text: &mut String) -> std::fmt::Result {
    writeln!(text, "TN:\nSF:{}", Escaped::line(&file.file))?;
    let profiles: Vec<_> = report.profiles.iter().filter(|profile| profile.file == file.file).collect();
    for profile in &profiles {
        writeln!(text, "FN:{},{}", profile.line, Escaped::line(&profile.profile))?;
        writeln!(text, "FNDA:{},{}", profile.covered, Escaped::line(&profile.profile))?;
    }
    let hit = profiles.iter().filter(|profile| profile.covered > 0).count();
    writeln!(text, "FNF:{}\nFNH:{hit}", profiles.len())?;
    let mut lines: Vec<(u32, usize)> = Vec::new();
    for rule in &file.rules {
        match lines.last_mut().filter(|(line, _)| *line == rule.rule.line) {
            Some((_, times)) => *times = rule.tests.len().min(*times),
            None => lines.push((rule.rule.line, rule.tests.len())),
        }
    }
    lines.iter().try_for_each(|(line, times)| writeln!(text, "DA:{line},{times}"))?;
    let hit = lines.iter().filter(|(_, times)| *times > 0).count();
    writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", lines.len())
}
