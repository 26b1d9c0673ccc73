//! `armorer load` and `armorer replace`: profiles into the kernel.

use std::path::PathBuf;

use super::cache::CacheArgs;
use super::inputs::{self, CommandInput};
use super::kernel::{KernelArgs, compiler, kernel_features};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::outcome::InputOutcome;
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, baseline, eprint_line, print_error, settle};
use crate::analysis::new_access::{Baseline, NewAccessFinding};
use crate::blob;
use crate::compiler::{Compiled, Compiler};
use crate::kernel::{Kernel, KernelError, LoadablePolicy, Operation};
use crate::parallel;

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

    /// Refuse profiles that allow anything that the one profile of FILE (text or binary policy) does not
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

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
    let compiler = compiler(&args.target, kernel_features(&kernel, &args.target)?).levels(args.levels.levels()?);
    let baseline = args.baseline.as_deref().map(|path| baseline::read(path, &compiler)).transpose()?;
    let compiler = compiler.force_complain(args.complain).for_one(inputs.len() == 1);
    let compiler = args.cache.apply(args.limits.apply(compiler))?;
    let prepared: Vec<InputOutcome<InputPolicy>> = parallel::map(&inputs, |input| prepare(&compiler, input));

    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    let (mut files, mut profiles) = (0, 0);
    for (input, prepared) in inputs.iter().zip(prepared) {
        renderer.print(prepared.diagnosis.diagnostics(), prepared.diagnosis.sources());
        let outcome = match (prepared.failure, prepared.policy) {
            (Some(failure), _) => Err(failure),
            (None, None) => {
                status = status.max(Status::Findings);
                continue;
            }
            (None, Some(policy)) if let Some(excess) = policy.excess(baseline.as_ref())? => {
                print_error(format_args!("{}: exceeds the baseline: {excess}", input.shown()));
                status = status.max(Status::Findings);
                continue;
            }
            (None, Some(policy)) => submit(&kernel, operation, policy.loadable())
                .map(|()| policy.profiles())
                .map_err(|error| format!("{}: {error}", input.shown())),
        };
        match outcome {
            Ok(count) => {
                files += 1;
                profiles += count;
            }
            Err(failure) => {
                print_error(failure);
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

/// The policy of an input.
enum InputPolicy {
    /// A text, compiled: what is in the policy is known.
    Compiled(Compiled),
    /// Binary policy, with the number of its profiles.
    Binary(Vec<u8>, usize),
}

impl InputPolicy {
    fn loadable(&self) -> LoadablePolicy<'_> {
        match self {
            InputPolicy::Compiled(compiled) => compiled.into(),
            InputPolicy::Binary(bytes, _) => bytes.into(),
        }
    }

    fn profiles(&self) -> usize {
        match self {
            InputPolicy::Compiled(compiled) => compiled.profiles().len(),
            InputPolicy::Binary(_, profiles) => *profiles,
        }
    }
}

impl InputPolicy {
    /// Returns a finding if it allows anything beyond the baseline.
    fn excess(&self, baseline: Option<&Baseline>) -> Result<Option<NewAccessFinding>, String> {
        let Some(baseline) = baseline else { return Ok(None) };
        match self {
            InputPolicy::Compiled(compiled) => baseline.check(compiled).map_err(|error| error.to_string()),
            InputPolicy::Binary(bytes, _) => {
                let profiles = blob::read(bytes).map_err(|error| error.to_string())?;
                baseline.check_profiles(&profiles).map_err(|error| error.to_string())
            }
        }
    }
}

fn submit(kernel: &Kernel, operation: Operation, policy: LoadablePolicy<'_>) -> Result<(), KernelError> {
    match operation {
        Operation::Load => kernel.load(policy),
        _ => kernel.replace(policy),
    }
}

/// Compiles text, and takes binary policy as it is.
fn prepare(compiler: &Compiler, input: &CommandInput) -> InputOutcome<InputPolicy> {
    let text = match input.read() {
        Ok(text) => text,
        Err(error) => return InputOutcome::failed(input, error),
    };
    if !is_binary(&text) {
        // All inputs are prepared before the first is loaded: the rules of each would take more memory than its policy.
        return InputOutcome::of_text(compiler, input, text)
            .map(|compiled| InputPolicy::Compiled(compiled.without_rules()));
    }
    match blob::read(&text) {
        Ok(profiles) => {
            InputOutcome { policy: Some(InputPolicy::Binary(text, profiles.len())), ..InputOutcome::default() }
        }
        Err(error) => InputOutcome::failed(input, error),
    }
}

/// Whether bytes begin as a binary policy does, plain or compressed; no text does.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x04\x08\0version\0") || blob::is_compressed(bytes)
}
