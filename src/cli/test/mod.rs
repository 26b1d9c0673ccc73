//! `armorer test`: runs tests of policy.

mod coverage;
mod first;
mod html;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::form::FormArgs;
use super::inputs::CommandInput;
use super::output::eprint_styled;
use super::render::{Renderer, Verbosity};
use super::target::{FALLBACK, features};
use super::{Status, print_error, print_json, settle};
use crate::analysis::suite::{Coverage, Suite, SuiteError, TestResult};
use crate::compiler::{CompileError, Compiler};
use crate::diagnostic::Escaped;
use crate::features::Features;

/// Exit status: 0 all tests pass, 1 one fails, the profiles have errors or too few rules are covered, 2 usage or input/output errors.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Kernel for suites that do not select one: a built-in feature set (`armorer features --list`), a features file or directory [default: linux-6.12]
    #[arg(long, value_name = "NAME|FILE|DIR")]
    features: Option<String>,

    #[command(flatten)]
    form: FormArgs,

    #[command(flatten)]
    coverage: coverage::CoverageArgs,

    #[command(flatten)]
    first: first::FirstArgs,

    /// Test suites (TOML)
    #[arg(value_name = "FILE", required_unless_present = "init")]
    suites: Vec<PathBuf>,
}

/// The results of a suite for one feature set.
#[derive(Serialize)]
struct SuiteRun {
    suite: String,
    features: String,
    passed: usize,
    failed: usize,
    tests: Vec<TestResult>,
}

pub(super) fn run(args: &Args) -> Status {
    if let Some(written) = args.first.run(args.features.as_deref()) {
        return settle(written);
    }
    let mut status = Status::Fine;
    let mut runs = Vec::new();
    let mut coverage = args.coverage.coverage.map(|_| Coverage::default());
    for path in &args.suites {
        let ended = load(path).and_then(|suite| {
            for (name, features) in targets(args, &suite)? {
                match run_one(&suite, path, &name, features, coverage.as_mut())? {
                    Some(run) => runs.push(run),
                    None => status = status.max(Status::Findings),
                }
            }
            Ok(())
        });
        if let Err(message) = ended {
            print_error(message);
            status = Status::Failed;
        }
    }
    if runs.iter().any(|run| run.failed != 0) {
        status = status.max(Status::Findings);
    }
    let to_error = args.coverage.takes_output();
    let printed =
        if args.form.is_json() { print_json(&runs) } else { runs.iter().try_for_each(|run| print(run, to_error)) };
    let reported = printed.and_then(|()| coverage.map_or(Ok(true), |coverage| args.coverage.report(&coverage, &runs)));
    match reported {
        Ok(true) => {}
        Ok(false) => status = status.max(Status::Findings),
        Err(message) => {
            print_error(message);
            status = Status::Failed;
        }
    }
    status
}

fn load(path: &Path) -> Result<Suite, String> {
    let bytes = CommandInput::File(path.to_owned()).read().map_err(|error| format!("{}: {error}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    Suite::parse(path, &text).map_err(|error| error.to_string())
}

/// The feature sets that the suite names, else the one of the command line.
fn targets(args: &Args, suite: &Suite) -> Result<Vec<(String, Features)>, String> {
    let named = suite.features().map_err(|error| error.to_string())?;
    if !named.is_empty() {
        return Ok(named);
    }
    let name = args.features.as_deref().unwrap_or(FALLBACK);
    Ok(vec![(name.to_owned(), features(name)?)])
}

/// `None` if the profiles have errors, which then are said.
fn run_one(
    suite: &Suite,
    path: &Path,
    name: &str,
    features: Features,
    coverage: Option<&mut Coverage>,
) -> Result<Option<SuiteRun>, String> {
    let compiler: Compiler = suite.compiler(features);
    let tests = match coverage {
        Some(coverage) => suite.run_with_coverage(&compiler, name, coverage),
        None => suite.run(&compiler, name),
    };
    let tests = match tests {
        Ok(tests) => tests,
        Err(SuiteError::Compile(CompileError::Rejected(diagnosis))) => {
            Renderer::new(Verbosity::QUIET).print(diagnosis.diagnostics(), diagnosis.sources());
            return Ok(None);
        }
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let failed = tests.iter().filter(|test| !test.passed()).count();
    let passed = tests.len() - failed;
    Ok(Some(SuiteRun { suite: path.display().to_string(), features: name.to_owned(), passed, failed, tests }))
}

/// Prints what failed, and how many tests there are.
fn print(run: &SuiteRun, to_error: bool) -> Result<(), String> {
    let SuiteRun { suite, features, passed, failed, tests } = run;
    let failures = tests.iter().filter(|test| !test.passed());
    let mut text: String = failures.map(|test| format!("{}:{} ({features}): {test}", test.suite, test.line)).collect();
    text += &format!("{suite} ({features}): {passed} passed, {failed} failed\n");
    match to_error {
        true => {
            eprint_styled(&Escaped::text(&text).to_string());
            Ok(())
        }
        false => super::print(&text),
    }
}
