//! `armorer exec`: a program under a profile.

use std::ffi::OsString;
use std::process::Command;

use super::{Status, settle};
use crate::kernel::task;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Loaded profile to run the program under
    #[arg(short, long, value_name = "NAME")]
    profile: String,

    /// Stack the profile on the current one, so that both confine the program
    #[arg(long)]
    stack: bool,

    /// Program and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

/// Executes a program under a profile. It does not come back unless something goes wrong: the program takes this process's place, as with
/// container runtimes.
fn try_run(args: &Args) -> Result<Status, String> {
    let [program, arguments @ ..] = &args.command[..] else { return Err("no command".into()) };
    let change = if args.stack { task::stack_on_exec } else { task::change_on_exec };
    change(&args.profile).map_err(|error| error.to_string())?;
    Err(replace(Command::new(program).args(arguments), program))
}

#[cfg(unix)]
fn replace(command: &mut Command, program: &OsString) -> String {
    use std::os::unix::process::CommandExt;
    format!("{}: {}", program.display(), command.exec())
}

#[cfg(not(unix))]
fn replace(_: &mut Command, _: &OsString) -> String {
    "running under a profile needs Linux".into()
}
