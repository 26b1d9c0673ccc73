//! `armorer fmt`: rewrites profiles in canonical form, those in Kubernetes manifests too.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::inputs::{self, CommandInput};
use super::render::{Renderer, Verbosity};
use super::unified::UnifiedDiff;
use super::{Status, print_data, print_error, settle};
use crate::atomic;
use crate::compiler::{self, CompileError, Compiler, Diagnosis};
use crate::features::Features;
use crate::kubernetes::is_manifest;
use crate::parallel;
use crate::syntax::FormatOptions;

/// The features that policies are compared for: those of the newest kernel, since nothing of the text may be lost.
const COMPARED_FOR: &str = "linux-7.2";

#[derive(clap::Args)]
pub(super) struct Args {
    /// Check only: write nothing, and exit with status 1 if a file would change
    #[arg(long)]
    check: bool,

    /// Print the changes as a unified diff: write nothing, and exit with status 1 if a file would change
    #[arg(long)]
    diff: bool,

    /// Sort rules between blank lines by kind and path where the policy provably stays the same
    #[arg(long)]
    sort: bool,

    /// Format only these lines of a single input; the first line is 1
    #[arg(long, value_name = "A:B", value_parser = lines)]
    lines: Option<RangeInclusive<u32>>,

    /// Name of standard input; with the extension .yaml or .yml it is read as a Kubernetes manifest
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,

    /// Base directory, searched last for `include <…>` when the old and the new policy are compared
    #[arg(short, long, value_name = "DIR", default_value = "/etc/apparmor.d")]
    base: PathBuf,

    /// Directory searched for `include <…>` before the base; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<PathBuf>,

    /// Profile files, YAML manifests and directories of them; `-` is standard input, formatted to standard output [default: -]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

fn lines(text: &str) -> Result<RangeInclusive<u32>, String> {
    let range = text.split_once(':').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match range {
        Some((first, last)) if 1 <= first && first <= last => Ok(first..=last),
        _ => Err("expected two line numbers separated by a colon, for example 3:7".into()),
    }
}

/// The text written to standard output.
#[derive(Default)]
enum FormatOutput {
    #[default]
    Nothing,
    /// The formatted text.
    Data(Vec<u8>),
    /// The changes of the text.
    Diff(UnifiedDiff),
}

/// The outcome of one input.
#[derive(Default)]
struct FormatOutcome {
    /// The text to print.
    shown: FormatOutput,
    changed: bool,
    diagnosis: Diagnosis,
    /// The error outside of the text.
    failure: Option<String>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let inputs = inputs::expand(&args.paths)?;
    if args.lines.is_some() && inputs.len() != 1 {
        return Err("--lines needs exactly one input".into());
    }
    let features = Features::builtin(COMPARED_FOR).ok_or("no built-in features")?;
    let compiler = Compiler::new(features).base(&args.base);
    let compiler = args.include.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory));
    let outcomes = parallel::map(&inputs, |input| format_one(args, input, &compiler));

    let mut renderer = Renderer::new(Verbosity::VERBOSE);
    let mut status = Status::Fine;
    for outcome in outcomes {
        renderer.print(outcome.diagnosis.diagnostics(), outcome.diagnosis.sources());
        if let Some(failure) = outcome.failure {
            print_error(failure);
            status = Status::Failed;
            continue;
        }
        let found = outcome.diagnosis.has_errors();
        if found || outcome.changed && (args.check || args.diff) {
            status = status.max(Status::Findings);
        }
        match outcome.shown {
            FormatOutput::Nothing => {}
            FormatOutput::Data(bytes) => print_data(&bytes)?,
            FormatOutput::Diff(diff) => diff.print()?,
        }
    }
    Ok(status)
}

/// Returns the name of an input in messages.
fn name(args: &Args, input: &CommandInput) -> String {
    match (input, &args.stdin_filename) {
        (CommandInput::Stdin, Some(path)) => path.display().to_string(),
        _ => input.name(),
    }
}

fn format_one(args: &Args, input: &CommandInput, compiler: &Compiler) -> FormatOutcome {
    let name = name(args, input);
    let failed = |failure| FormatOutcome { failure: Some(failure), ..FormatOutcome::default() };
    let text = match input.read() {
        Ok(text) => text,
        Err(error) => return failed(format!("{name}: {error}")),
    };
    let path = match input {
        CommandInput::File(path) => Some(path.as_path()),
        CommandInput::Stdin => args.stdin_filename.as_deref(),
    };
    let options = FormatOptions { sort: args.sort, lines: args.lines.clone() };
    let is_manifest = is_manifest(path, &text);
    if is_manifest && args.lines.is_some() {
        return failed(format!("{name}: --lines does not apply to manifests"));
    }
    let source = match is_manifest {
        true => compiler::Input::manifest(&name, text.as_slice()),
        false => compiler::Input::text(&name, text.as_slice()),
    };
    let formatted = match compiler.format(source, &options) {
        Ok(formatted) => formatted,
        Err(CompileError::Rejected(diagnosis)) => return FormatOutcome { diagnosis, ..FormatOutcome::default() },
        Err(error) => return failed(error.to_string()),
    };
    let changed = formatted.text != text;
    let shown = match (input, changed) {
        (_, true) if args.diff => FormatOutput::Diff(UnifiedDiff::new(&name, &text, &formatted.text)),
        (_, true) if args.check => FormatOutput::Data(format!("{name}\n").into_bytes()),
        (CommandInput::Stdin, _) if !args.check && !args.diff => FormatOutput::Data(formatted.text),
        (CommandInput::File(path), true) => match atomic::write(path, &formatted.text) {
            Ok(()) => FormatOutput::Nothing,
            Err(error) => return failed(format!("{name}: {error}")),
        },
        _ => FormatOutput::Nothing,
    };
    let diagnosis = if changed { formatted.notes } else { Diagnosis::default() };
    FormatOutcome { shown, changed, diagnosis, failure: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_lines() {
        assert_eq!(lines("3:7"), Ok(3..=7));
        for wrong in ["", "3", "0:1", "7:3", "a:b", "1:2:3"] {
            assert!(lines(wrong).is_err(), "{wrong}");
        }
    }
}
