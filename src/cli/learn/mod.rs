//! `armorer learn`: runs a command and suggests the rules that its profile lacks.

mod before;
mod command;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::kernel::{KernelArgs, compiler, kernel_features};
use super::log::{LiveLog, MOST, WriteArgs};
use super::render::{Renderer, Verbosity};
use super::steps::{shown, shown_bytes};
use super::target::TargetArgs;
use super::{Status, eprint_line, print_error, settle};
use crate::compiler::{CompileError, Compiled};
use crate::log::{Event, Summary, Tree};
use before::PreviousPolicy;
use command::{CommandEnd, ForwardedSignals};

/// The time that the kernel and a daemon have to write what happened last.
const SETTLE: Duration = Duration::from_millis(500);

/// Loads a profile in complain mode, runs a command, and suggests rules for what the profile would have denied.
///
/// The policy that was loaded before is put back, whatever happens to the command. Exit status: 0 the command has ended well, 1 it has
/// not, or the profile has errors, 2 something could not be done.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    write: WriteArgs,

    /// Start the command under the profile even if it attaches to another program; implied if it attaches to none
    #[arg(long)]
    confine: bool,

    /// Read events from this log instead of the kernel's ring buffer, which stays empty if an audit daemon runs
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    /// Name of the profile, or path of a program that it attaches to
    #[arg(value_name = "PROFILE")]
    profile: OsString,

    /// Command and its arguments
    #[arg(value_name = "COMMAND", required = true, last = true)]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let signals = ForwardedSignals::catch()?;
    let kernel = args.kernel.kernel()?;
    let features = kernel_features(&kernel, &args.target)?;
    let base = &args.target.base;
    let compiler = Arc::new(compiler(&args.target, features.clone()));
    let tree = Tree::read(base, compiler).map_err(|error| format!("{}: {error}", shown(base)))?;
    let name = args.profile.as_bytes();
    let name = if tree.find(name).is_some() { Some(name.into()) } else { tree.attached(name) };
    let missing = || format!("{}: no file in {} has that profile", shown_bytes(args.profile.as_bytes()), shown(base));
    let name = name.ok_or_else(missing)?;
    let file = tree.find(&name).ok_or_else(missing)?;

    let complaining = super::kernel::compiler(&args.target, features).force_complain(true).compile(file.input());
    let policy = match complaining {
        Ok(policy) => policy,
        Err(CompileError::Rejected(diagnosis)) => {
            Renderer::new(Verbosity::VERBOSE).print(diagnosis.diagnostics(), diagnosis.sources());
            return Ok(Status::Findings);
        }
        Err(error) => return Err(error.to_string()),
    };
    let (mut summary, mut left_out) = (Summary::new(MOST), 0_u64);
    let mut take = |event: Event| {
        let is_ours = event.profile.as_ref().is_some_and(|label| is_of(label, &name));
        match is_ours {
            true => summary.add(event),
            false => left_out += u64::from(event.verdict.is_lacking()),
        }
        Ok(())
    };
    let mut tap = LiveLog::open(args.log.as_deref())?;
    let command = started(args, &policy, &name)?;
    let before = PreviousPolicy::of(&kernel, &policy)?;
    if let Some(signal) = signals.caught() {
        return Err(format!("interrupted by {signal}; nothing is changed"));
    }
    // From here to where it is put back nothing returns.
    let ran = match kernel.replace(&policy) {
        Ok(()) => command::run(&command, &signals, || tap.drain(&mut take)),
        Err(error) => Err(error.to_string()),
    };
    let back = before.put_back();
    thread::sleep(SETTLE);
    let read = tap.finish(&mut take);

    let mut status = Status::Fine;
    for failure in [back.err(), read.err()].into_iter().flatten() {
        print_error(failure);
        status = Status::Failed;
    }
    let CommandEnd { status: ended, signal } = ran?;
    if let Some(signal) = signal {
        return Err(format!("interrupted by {signal} before the command ended; nothing is suggested"));
    }
    if !ended.success() {
        eprint_line(format_args!("note: the command failed: {ended}"));
        status = status.max(Status::Findings);
    }
    if left_out > 0 {
        eprint_line(format_args!("note: {left_out} denials of other profiles occurred meanwhile"));
    }
    let prints = !args.write.shows_changes();
    args.write.propose(&tree, &summary, prints, false)?;
    Ok(status)
}

/// The command to start: under the profile by `armorer exec`, or as it is where the kernel attaches the profile.
fn started(args: &Args, policy: &Compiled, name: &[u8]) -> Result<Vec<OsString>, String> {
    let attaches = policy.profiles().iter().any(|profile| *profile.name == *name && profile.attachment.is_some());
    if attaches && !args.confine {
        return Ok(args.command.clone());
    }
    let armorer = std::env::current_exe().map_err(|error| format!("the armorer executable: {error}"))?;
    let head =
        [armorer.as_os_str(), OsStr::new("exec"), OsStr::new("--profile"), OsStr::from_bytes(name), OsStr::new("--")];
    Ok(head.into_iter().map(OsStr::to_owned).chain(args.command.iter().cloned()).collect())
}

/// Whether a label of an event has the profile, or a child, hat or program without profile of it.
fn is_of(label: &[u8], profile: &[u8]) -> bool {
    let components = crate::analysis::access::components(label);
    components
        .into_iter()
        .any(|component| component.strip_prefix(profile).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"//")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_profile() {
        for label in ["web", "web//worker", "web//null-/usr/bin/x", "other//&web", "web//&unconfined"] {
            assert!(is_of(label.as_bytes(), b"web"), "{label}");
        }
        for label in ["webber", "other", "other//web", "unconfined"] {
            assert!(!is_of(label.as_bytes(), b"web"), "{label}");
        }
    }
}
