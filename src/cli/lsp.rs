//! `armorer lsp`: the language server on standard input and output.

use super::{Status, settle};
use crate::lsp::{SessionEnd, serve};

/// Exit status: 0 the client ended the session as the protocol has it, 1 it went without, 2 the answers could not be written.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Use standard input and output, the only transport; accepted because some editors pass it
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(args: &Args) -> Status {
    // It is what is done anyway.
    let Args { stdio: _ } = args;
    let end = serve(std::io::BufReader::new(std::io::stdin()), std::io::stdout());
    match end {
        Ok(SessionEnd::Exit) => Status::Fine,
        Ok(SessionEnd::Abrupt) => Status::Findings,
        // The client is gone: there is nobody to tell.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Status::Failed,
        Err(error) => settle(Err(error.to_string())),
    }
}
