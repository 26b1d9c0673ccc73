//! `armorer compat`: what does a policy lose, or gain, on another kernel?

use std::path::PathBuf;

use serde::Serialize;

use super::form::FormArgs;
use super::inputs::{self, CommandInput};
use super::render::{Renderer, Verbosity};
use super::target::features;
use super::{Status, print, print_error, print_json, settle};
use crate::analysis::compat::{ChangeSummary, Comparer, ProfileChanges};
use crate::compiler::CompileError;
use crate::parallel;

/// Exit status: 0 the second kernel enforces all that the first one does, 1 some profile loses enforcement (or has errors), 2 usage
/// or input/output errors.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Current kernel: a built-in feature set, a features file or directory
    #[arg(long, value_name = "KERNEL")]
    from: String,

    /// Future kernel, in the same form
    #[arg(long, value_name = "KERNEL")]
    to: String,

    /// Base directory, searched last for `include <…>`
    #[arg(short, long, value_name = "DIR", default_value = "/etc/apparmor.d")]
    base: PathBuf,

    /// Directory searched for `include <…>` before the base; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<PathBuf>,

    /// Also print each change of each profile and each rule that is enforced less
    #[arg(long, conflicts_with_all = ["json", "format"])]
    all: bool,

    #[command(flatten)]
    form: FormArgs,

    /// Profile files and directories of them, which are also searched for `include <…>` [default: the base]
    #[arg(value_name = "TREE")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct CompatDocument<'a> {
    version: u32,
    from: &'a str,
    to: &'a str,
    summary: &'a ChangeSummary,
    profiles: &'a [ProfileChanges],
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let paths = if args.paths.is_empty() { std::slice::from_ref(&args.base) } else { &args.paths };
    let trees = paths.iter().filter(|path| path.is_dir());
    let directories: Vec<&PathBuf> = args.include.iter().chain(trees).collect();
    let comparer = Comparer::new(&features(&args.from)?, &features(&args.to)?, |compiler| {
        let compiler = compiler.base(&args.base);
        directories.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory))
    });
    let inputs = inputs::expand(paths)?;
    let outcomes = parallel::map(&inputs, |input: &CommandInput| {
        let text = input.read().map_err(|error| CompareFailure::Other(format!("{}: {error}", input.shown())))?;
        comparer.compare(&input.with_text(text)).map_err(CompareFailure::of)
    });
    let (mut status, mut profiles) = (Status::Fine, Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(changes) => profiles.extend(changes),
            Err(CompareFailure::Rejected(diagnosis)) => {
                Renderer::new(Verbosity::QUIET).print(diagnosis.diagnostics(), diagnosis.sources());
                status = status.max(Status::Findings);
            }
            Err(CompareFailure::Other(message)) => {
                print_error(message);
                status = Status::Failed;
            }
        }
    }
    let summary = ChangeSummary::of(&profiles);
    if summary.weaker > 0 {
        status = status.max(Status::Findings);
    }
    if args.form.is_json() {
        print_json(&CompatDocument {
            version: 1,
            from: &args.from,
            to: &args.to,
            summary: &summary,
            profiles: &profiles,
        })?;
        return Ok(status);
    }
    if args.all {
        print(&profiles.iter().map(lines).collect::<String>())?;
    }
    print(&summary.to_string())?;
    Ok(status)
}

/// Reasons why a file cannot be compared.
enum CompareFailure {
    Rejected(Box<crate::compiler::Diagnosis>),
    Other(String),
}

impl CompareFailure {
    fn of(error: CompileError) -> CompareFailure {
        match error {
            CompileError::Rejected(diagnosis) => CompareFailure::Rejected(Box::new(diagnosis)),
            error => CompareFailure::Other(error.to_string()),
        }
    }
}

/// The changes of a profile, a line each, and the rules.
fn lines(profile: &ProfileChanges) -> String {
    let ProfileChanges { profile: name, changes, rules, .. } = profile;
    let changes = changes.iter().map(|change| {
        format!(
            "{name}: {}: {} ({}): {}: {}, then {}\n",
            change.class, change.effect, change.cause, change.example, change.from, change.to
        )
    });
    let rules = rules.iter().map(|rule| format!("{name}: {}: {} ({})\n", rule.place, rule.message, rule.cause));
    changes.chain(rules).collect()
}
