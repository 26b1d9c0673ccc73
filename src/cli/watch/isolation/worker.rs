//! The process that compiles files for the agent, under limits of its own.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::super::super::kernel::compiler;
use super::super::super::target::TargetArgs;
use super::super::super::{Status, settle};
use super::wire::{self, Job, Setup, WorkerAnswer};
use super::{COMMAND, PROGRAM};
use crate::agent::Refusal;
use crate::agent::build::compile;
use crate::agent::volume::FileText;
use crate::features::Features;
use crate::source::Beneath;

/// The part of the memory of the process that an automaton may take: a third, as there are other automata, rules and tables.
const AUTOMATON: u64 = 3;

/// And the part that included files may take.
const INCLUDED: u64 = 8;

#[derive(clap::Args)]
pub(in super::super::super) struct Args {
    /// Bound the memory, in bytes, and start again: what the allocator has taken already counts for nothing
    #[arg(long, value_name = "BYTES")]
    max_memory: Option<u64>,
}

pub(in super::super::super) fn run(args: &Args) -> Status {
    let served = match args.max_memory {
        Some(max_memory) => bound(max_memory).and_then(|()| Err(Command::new(PROGRAM).arg(COMMAND).exec())),
        None => serve(),
    };
    settle(served.map(|()| Status::Fine).map_err(|error| error.to_string()))
}

fn serve() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let Some((setup, _)) = wire::read::<Setup>(&mut input)? else { return Ok(()) };
    let features = Features::parse(&setup.features).map_err(io::Error::other)?;
    let target = TargetArgs {
        base: path(&setup.base),
        include: setup.include.iter().map(path).collect(),
        features: setup.are_pinned.then(String::new),
    };
    let part = |of: u64| usize::try_from(setup.max_memory / of).unwrap_or(usize::MAX);
    let compiler = compiler(&target, features)
        .loader(Beneath::new(setup.roots.iter().map(path)))
        .max_states(setup.max_states)
        .max_memory(part(AUTOMATON))
        .included_limit(part(INCLUDED));
    while let Some((job, text)) = wire::read::<Job>(&mut input)? {
        // Somebody who has no parent left to stop it stops by itself.
        limit(
            Resource::Cpu,
            u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0) + setup.max_time + 1,
        )?;
        let file = FileText { file: path(&job.file), text, is_own: job.is_own };
        match compile(&compiler, file) {
            Ok(compiled) => {
                wire::write(&mut output, &WorkerAnswer::Compiled(compiled.profiles().to_vec()), compiled.blob())?;
            }
            Err(Refusal::Broken { errors }) => wire::write(&mut output, &WorkerAnswer::Broken(errors), &[])?,
            Err(refusal) => wire::write(&mut output, &WorkerAnswer::Broken(vec![refusal.to_string()]), &[])?,
        }
    }
    Ok(())
}

/// Bounds this process, which ends with its parent, and is the first to go where the machine has no memory left.
fn bound(max_memory: u64) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    limit(Resource::Data, max_memory)?;
    limit(Resource::Core, 0)?;
    // Without a /proc the kernel chooses by size.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    Ok(())
}

/// Sets a limit, which a harder one may already bound.
fn limit(resource: Resource, value: u64) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let current = Some(maximum.map_or(value, |maximum| maximum.min(value)));
    Ok(setrlimit(resource, Rlimit { current, maximum })?)
}

fn path(text: &crate::source::Text) -> PathBuf {
    OsString::from_vec(text.as_bytes().to_vec()).into()
}
