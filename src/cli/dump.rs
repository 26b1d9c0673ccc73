//! `armorer dump`: everything in a binary policy.

use std::path::PathBuf;

use super::form::FormArgs;
use super::inputs::CommandInput;
use super::policy;
use super::target::TargetArgs;
use super::{Status, print, print_error, print_json, settle};
use crate::analysis;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    form: FormArgs,

    /// Print the size of each automaton and what the kernel's look-ups in it cost
    ///
    /// Counted are walks over shortest strings that the rules say something about, at most 256 for each automaton, followed by
    /// `/node-12.4/x86_64`: the cache lines of 64 bytes that a walk touches, and the cells that it looks at for each byte.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    statistics: bool,

    /// Binary policy, or profile text to compile; `-` is standard input
    #[arg(value_name = "POLICY")]
    policy: PathBuf,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let input = CommandInput::of(&args.policy);
    let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
    let bytes = if analysis::is_blob(&bytes) {
        bytes
    } else {
        let compiler = args.target.compiler()?;
        let Some(policy) = policy::compile(&compiler, &input, bytes)? else { return Ok(Status::Findings) };
        policy.into_blob()
    };
    let dump = match analysis::dump(&bytes) {
        Ok(dump) => dump,
        Err(error) => {
            print_error(format!("{}: {error}", input.shown()));
            return Ok(Status::Findings);
        }
    };
    if args.form.is_json() {
        print_json(&dump)?;
    } else if args.statistics {
        print(&dump.statistics().to_string())?;
    } else {
        print(&dump.to_string())?;
    }
    match &dump.fault {
        Some(fault) => {
            print_error(format!("{}: kernels reject this policy: {fault}", input.shown()));
            Ok(Status::Findings)
        }
        None => Ok(Status::Fine),
    }
}
