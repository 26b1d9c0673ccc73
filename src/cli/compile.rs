//! `armorer compile`: profiles to binary policy.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::cache::CacheArgs;
use super::inputs::{self, CommandInput};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::outcome::InputOutcome;
use super::output::{counted, write_data};
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::timings::{self, FileTimings};
use super::{Status, eprint_line, eprint_styled, print_error, settle};
use crate::atomic;
use crate::cache::CacheStatistics;
use crate::compiler::{Compiled, Timings};
use crate::parallel;

/// Above so many files a terminal shows a progress bar.
const PROGRESS_FROM: usize = 20;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// Number of files compiled in parallel [default: one per core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    levels: LevelArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Print timings and the sizes of automata to standard error
    #[arg(long, value_name = "FORM", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    timings: Option<timings::TimingsForm>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    cache: CacheArgs,

    #[command(flatten)]
    verbosity: Verbosity,

    /// Profile files, YAML manifests and directories of them; `-` is standard input [default: -]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct OutputArgs {
    /// Write the policy of all inputs to this file; `-` is standard output
    #[arg(short, long = "output", value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write the policy of each input to a file of the same name in this directory
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

/// The parts of a compiled policy that are written and reported.
struct CompiledSummary {
    profiles: usize,
    len: usize,
    /// Empty once they are where they belong.
    bytes: Vec<u8>,
    timings: Option<Timings>,
}

impl CompiledSummary {
    fn new(compiled: Compiled) -> CompiledSummary {
        let (profiles, timings) = (compiled.profiles().len(), compiled.timings().cloned());
        let bytes = compiled.into_blob();
        CompiledSummary { profiles, len: bytes.len(), bytes, timings }
    }
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let inputs = inputs::expand(&args.paths)?;
    let names = match &args.output.output_dir {
        Some(_) => output_names(&inputs)?,
        None => Vec::new(),
    };
    let compiler = args.target.compiler()?.levels(args.levels.levels()?).count_states(args.timings.is_some());
    let compiler = compiler.for_one(inputs.len() == 1);
    let compiler = args.cache.apply(args.limits.apply(compiler))?;
    if let Some(directory) = &args.output.output_dir {
        std::fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let threads = args.jobs.map_or(0, NonZeroUsize::get);
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(parallel::STACK).num_threads(threads);
    if threads == 1 {
        // Starting a thread and waiting for it is a tenth of the time of a small profile.
        pool = pool.use_current_thread();
    }
    let pool = pool.build().map_err(|error| error.to_string())?;
    let progress = progress(inputs.len());
    let outcomes: Vec<InputOutcome<CompiledSummary>> = pool.install(|| {
        let named: Vec<_> = inputs.iter().enumerate().map(|(index, input)| (input, names.get(index))).collect();
        parallel::map(&named, |&(input, name)| {
            let mut outcome = InputOutcome::of(&compiler, input).map(CompiledSummary::new);
            if let (Some(directory), Some(name)) = (&args.output.output_dir, name) {
                write_blob(&mut outcome, &directory.join(name));
            }
            progress.inc(1);
            outcome
        })
    });
    progress.finish_and_clear();

    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    for outcome in &outcomes {
        renderer.print(outcome.diagnosis.diagnostics(), outcome.diagnosis.sources());
        if let Some(failure) = &outcome.failure {
            print_error(failure);
            status = Status::Failed;
        } else if outcome.policy.is_none() {
            status = status.max(Status::Findings);
        }
    }
    let made = outcomes.iter().filter_map(|outcome| outcome.policy.as_ref());
    let (profiles, bytes) = made.clone().fold((0, 0), |(p, b), written| (p + written.profiles, b + written.len));
    let mut destination = args.output.output_dir.clone().unwrap_or_default();
    if let Some(output) = &args.output.output {
        destination.clone_from(output);
        // One file for all inputs is only right when all of them are in it.
        if status == Status::Fine {
            let all: Vec<u8> = made.flat_map(|written| written.bytes.iter().copied()).collect();
            status = write_output(output, &all)?;
        }
    }
    if let Some(form) = args.timings {
        let names: Vec<String> = inputs.iter().map(CommandInput::name).collect();
        let files = names.iter().zip(&outcomes);
        let files = files.map(|(file, outcome)| {
            let timings = outcome.policy.as_ref().and_then(|written| written.timings.as_ref());
            FileTimings { file, timings }
        });
        let files: Vec<_> = files.collect();
        eprint_styled(&timings::show(&files, form));
    }
    if !args.verbosity.is_quiet() {
        let nothing = args.output.output.is_some() && status != Status::Fine;
        let to = match destination.as_path() {
            _ if nothing => "; nothing was written".to_owned(),
            path if path == Path::new("-") => String::new(),
            path => format!(" → {}", path.display()),
        };
        let (good, all) = (outcomes.iter().filter(|outcome| outcome.policy.is_some()).count(), outcomes.len());
        let (all, profiles) = (counted(all, "file"), counted(profiles, "profile"));
        eprint_line(format_args!("compiled {good} of {all}: {profiles}, {bytes} bytes{to}"));
        if let Some(CacheStatistics { hits, failures, .. }) = compiler.cache_statistics() {
            let failed = if failures == 0 { String::new() } else { format!(", {failures} could not be kept") };
            eprint_line(format_args!("{hits} of them from the cache{failed}"));
        }
        eprint_line(format_args!("{}", renderer.summary()));
    }
    // The process ends: to give memory back piece by piece takes a fiftieth of the time of a small profile.
    std::mem::forget((compiler, outcomes));
    Ok(status)
}

/// Writes the blob at once, so that a long run does not keep them all in memory for the end.
fn write_blob(outcome: &mut InputOutcome<CompiledSummary>, path: &Path) {
    let Some(written) = &mut outcome.policy else { return };
    if let Err(error) = atomic::write(path, &std::mem::take(&mut written.bytes)) {
        outcome.failure = Some(format!("{}: {error}", path.display()));
    }
}

fn write_output(path: &Path, bytes: &[u8]) -> Result<Status, String> {
    let written = if path == Path::new("-") { write_data(bytes) } else { atomic::write(path, bytes) };
    match written {
        Ok(()) => Ok(Status::Fine),
        // The reader closed the pipe, and does not have the whole policy.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Status::Failed),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// The file names of `--output-dir`; two inputs of one name would overwrite each other.
fn output_names(inputs: &[CommandInput]) -> Result<Vec<OsString>, String> {
    let mut taken = BTreeMap::new();
    let mut names = Vec::new();
    for input in inputs {
        let name = match input {
            CommandInput::File(path) => path.file_name().map(OsString::from),
            CommandInput::Stdin => None,
        };
        let name = name.ok_or_else(|| format!("{} has no file name for --output-dir; use -o", input.name()))?;
        if let Some(other) = taken.insert(name.clone(), input.name()) {
            return Err(format!("{other} and {} would be written to the same file", input.name()));
        }
        names.push(name);
    }
    Ok(names)
}

fn progress(files: usize) -> ProgressBar {
    if files < PROGRESS_FROM || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(files as u64).with_style(style)
}
