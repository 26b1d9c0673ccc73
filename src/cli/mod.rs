//! The command line: clap commands, one file each.

use std::process::ExitCode;

/// Runs the command line on the process's arguments and returns its exit status.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
