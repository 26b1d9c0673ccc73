//! `armorer load` and `armorer replace`: profiles into the kernel.

use std::path::PathBuf;

use rayon::prelude::*;

use super::inputs::{self, Input};
use super::kernel::{KernelArgs, compiler, kernel_features};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, complain, settle};
use crate::blob;
use crate::cache::Cache;
use crate::compiler::{CompileError, CompiledBlob, Compiler};
use crate::diagnostic::Diagnostic;
use crate::encode;
use crate::kernel::{Kernel, KernelError, Operation};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    #[command(flatten)]
    levels: LevelArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Keep compiled policy in this directory, and take from it what has not changed
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,

    /// Load all profiles in complain mode
    #[arg(long)]
    complain: bool,

    #[command(flatten)]
    verbosity: Verbosity,

    /// Profile files, YAML manifests, binary policies and directories of them; `-` or nothing is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// What an input is to the kernel.
struct Prepared {
    diagnostics: Vec<Diagnostic>,
    blob: Option<(Vec<u8>, usize)>,
    failure: Option<String>,
}

pub(super) fn run(args: &Args, operation: Operation) -> Status {
    settle(try_run(args, operation))
}

fn try_run(args: &Args, operation: Operation) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let inputs = inputs::expand(&args.paths)?;
    let options = encode::Options { force_complain: args.complain, ..args.limits.options() };
    let mut compiler = compiler(&args.target, kernel_features(&kernel, &args.target)?)
        .levels(args.levels.levels()?)
        .encode_options(options);
    if let Some(directory) = &args.cache_dir {
        let cache = Cache::open(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        compiler = compiler.cache(cache);
    }
    let prepared: Vec<Prepared> = inputs.par_iter().map(|input| prepare(&compiler, input)).collect();

    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    let (mut files, mut profiles) = (0, 0);
    for (input, prepared) in inputs.iter().zip(prepared) {
        renderer.print(&prepared.diagnostics, compiler.sources());
        let outcome = match (prepared.failure, prepared.blob) {
            (Some(failure), _) => Err(failure),
            (None, None) => {
                status = status.max(Status::Findings);
                continue;
            }
            (None, Some((bytes, count))) => {
                submit(&kernel, operation, &bytes).map(|()| count).map_err(|error| format!("{}: {error}", input.name()))
            }
        };
        match outcome {
            Ok(count) => {
                files += 1;
                profiles += count;
            }
            Err(failure) => {
                complain(failure);
                status = Status::Failed;
            }
        }
    }
    if !args.verbosity.is_quiet() {
        let done = if operation == Operation::Load { "loaded" } else { "replaced" };
        eprintln!("{done} {files} of {} files: {profiles} profiles", inputs.len());
        eprintln!("{}", renderer.summary());
    }
    Ok(status)
}

fn submit(kernel: &Kernel, operation: Operation, bytes: &[u8]) -> Result<(), KernelError> {
    match operation {
        Operation::Load => kernel.load(bytes),
        _ => kernel.replace(bytes),
    }
}

fn prepare(compiler: &Compiler, input: &Input) -> Prepared {
    let failed = |failure: String| Prepared { diagnostics: Vec::new(), blob: None, failure: Some(failure) };
    let text = match input.read() {
        Ok(text) => text,
        Err(error) => return failed(format!("{}: {error}", input.name())),
    };
    if is_binary(&text) {
        return match blob::read(&text) {
            Ok(profiles) => Prepared { diagnostics: Vec::new(), blob: Some((text, profiles.len())), failure: None },
            Err(error) => failed(format!("{}: {error}", input.name())),
        };
    }
    let result = match input.is_manifest(&text) {
        true => compiler.compile_manifest(input.name(), &text),
        false => compiler.compile_blob_text(input.name(), &text),
    };
    match result {
        Ok(CompiledBlob { bytes, profiles, diagnostics, .. }) => {
            Prepared { diagnostics, blob: Some((bytes, profiles)), failure: None }
        }
        Err(CompileError::Rejected { diagnostics }) => Prepared { diagnostics, blob: None, failure: None },
        Err(error @ CompileError::Write(_)) => failed(format!("{}: {error}", input.name())),
        Err(error) => failed(error.to_string()),
    }
}

/// Whether bytes begin as a binary policy does, plain or compressed; no text does.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x04\x08\0version\0") || blob::is_compressed(bytes)
}
