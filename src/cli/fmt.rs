//! `armorer fmt`: rewrites profiles in canonical form.

use std::io::Write;
use std::path::PathBuf;

use similar::TextDiff;

use super::inputs::{self, Input};
use super::render::{Renderer, Verbosity};
use super::{Status, atomic, complain};
use crate::source::SourceMap;
use crate::syntax;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Write nothing; exit with 1 if anything would change
    #[arg(long)]
    check: bool,

    /// Write nothing; print what would change as a unified diff, and exit with 1 if anything would
    #[arg(long)]
    diff: bool,

    /// Profile files and directories of them; `-` or nothing is standard input, written to standard output
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    let inputs = match inputs::expand(&args.paths) {
        Ok(inputs) => inputs,
        Err(message) => {
            complain(message);
            return Status::Failed;
        }
    };
    let mut renderer = Renderer::new(Verbosity::QUIET);
    let mut status = Status::Fine;
    for input in &inputs {
        match format_one(args, input, &mut renderer) {
            Ok(one) => status = status.max(one),
            Err(error) => {
                complain(format!("{}: {error}", input.name()));
                status = Status::Failed;
            }
        }
    }
    status
}

fn format_one(args: &Args, input: &Input, renderer: &mut Renderer) -> Result<Status, Box<dyn std::error::Error>> {
    let text = input.read()?;
    let sources = SourceMap::new();
    let id = sources.add(input.name(), text.as_slice())?;
    let formatted = match syntax::format(&sources.get(id), id) {
        Ok(formatted) => formatted,
        Err(diagnostics) => {
            renderer.print(&diagnostics, &sources);
            return Ok(Status::Findings);
        }
    };
    let changed = formatted != text;
    if args.diff && changed {
        let (old, new) = (String::from_utf8_lossy(&text), String::from_utf8_lossy(&formatted));
        let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
        let name = input.name();
        write!(std::io::stdout(), "{}", diff.unified_diff().header(&name, &name))?;
    }
    if args.check || args.diff {
        if args.check && !args.diff && changed {
            println!("{}", input.name());
        }
        return Ok(if changed { Status::Findings } else { Status::Fine });
    }
    match input {
        Input::Stdin => std::io::stdout().write_all(&formatted)?,
        Input::File(path) if changed => atomic::write(path, &formatted)?,
        Input::File(_) => {}
    }
    Ok(Status::Fine)
}
