//! `armorer ast`: the syntax tree as JSON.

use std::path::PathBuf;

use super::inputs::Input;
use super::render::{Renderer, Verbosity};
use super::{Status, settle};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::syntax::parser;

#[derive(clap::Args)]
pub(super) struct Args {
    /// A profile file or included file; `-` is standard input
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let input = if args.path.as_os_str() == "-" { Input::Stdin } else { Input::File(args.path.clone()) };
    let text = input.read().map_err(|error| format!("{}: {error}", input.name()))?;
    let sources = SourceMap::new();
    let id = sources.add(input.name(), text).map_err(|error| error.to_string())?;
    let parsed = parser::parse(&sources.get(id), id);
    Renderer::new(Verbosity::VERBOSE).print(&parsed.diagnostics, &sources);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Status::Findings);
    }
    let stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(stdout, &parsed.file).map_err(|error| error.to_string())?;
    println!();
    Ok(Status::Fine)
}
