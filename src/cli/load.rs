//! `armorer load` and `armorer replace`: profiles into the kernel.

use std::path::PathBuf;

use rayon::prelude::*;

use super::cache::CacheArgs;
use super::inputs::{self, Input};
use super::kernel::{KernelArgs, compiler, kernel_features};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::outcome::{Blob, Outcome};
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, complain, eprint_line, settle};
use crate::blob;
use crate::compiler::Compiler;
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

    #[command(flatten)]
    cache: CacheArgs,

    /// Load all profiles in complain mode
    #[arg(long)]
    complain: bool,

    #[command(flatten)]
    verbosity: Verbosity,

    /// Profile files, YAML manifests, binary policies and directories of them; `-` or nothing is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, operation: Operation) -> Status {
    settle(try_run(args, operation))
}

fn try_run(args: &Args, operation: Operation) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let inputs = inputs::expand(&args.paths)?;
    let compiler = compiler(&args.target, kernel_features(&kernel, &args.target)?)
        .levels(args.levels.levels()?)
        .force_complain(args.complain);
    let compiler = args.cache.apply(args.limits.apply(compiler))?;
    let prepared: Vec<Outcome> = inputs.par_iter().map(|input| prepare(&compiler, input)).collect();

    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    let (mut files, mut profiles) = (0, 0);
    for (input, prepared) in inputs.iter().zip(prepared) {
        renderer.print(prepared.diagnosis.diagnostics(), prepared.diagnosis.sources());
        let outcome = match (prepared.failure, prepared.blob) {
            (Some(failure), _) => Err(failure),
            (None, None) => {
                status = status.max(Status::Findings);
                continue;
            }
            (None, Some(blob)) => submit(&kernel, operation, &blob.bytes)
                .map(|()| blob.profiles)
                .map_err(|error| format!("{}: {error}", input.shown())),
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
        eprint_line(format_args!("{done} {files} of {} files: {profiles} profiles", inputs.len()));
        eprint_line(format_args!("{}", renderer.summary()));
    }
    Ok(status)
}

fn submit(kernel: &Kernel, operation: Operation, bytes: &[u8]) -> Result<(), KernelError> {
    match operation {
        Operation::Load => kernel.load(bytes),
        _ => kernel.replace(bytes),
    }
}

/// What an input is to the kernel: text is compiled, binary policy is taken as it is.
fn prepare(compiler: &Compiler, input: &Input) -> Outcome {
    let text = match input.read() {
        Ok(text) => text,
        Err(error) => return Outcome::failed(input, error),
    };
    if !is_binary(&text) {
        return Outcome::of_text(compiler, input, text);
    }
    match blob::read(&text) {
        Ok(profiles) => Outcome { blob: Some(Blob::new(profiles.len(), text)), ..Outcome::default() },
        Err(error) => Outcome::failed(input, error),
    }
}

/// Whether bytes begin as a binary policy does, plain or compressed; no text does.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x04\x08\0version\0") || blob::is_compressed(bytes)
}
