//! `armorer ast`: the syntax tree as JSON, and back.

use std::path::PathBuf;

use super::inputs::CommandInput;
use super::render::{Renderer, Verbosity};
use super::{Status, print_data, print_error, settle};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::syntax::ast::TreeDocument;
use crate::syntax::parser;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Profile file or included file; `-` is standard input
    #[arg(value_name = "PATH", required_unless_present = "schema")]
    path: Option<PathBuf>,

    /// Read the JSON that this command prints, and print the profile as text
    #[arg(long)]
    from_json: bool,

    /// Print the JSON schema of the tree
    #[arg(long, conflicts_with_all = ["path", "from_json"])]
    schema: bool,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let Some(path) = &args.path else {
        return print_json(&TreeDocument::schema());
    };
    let input = if path.as_os_str() == "-" { CommandInput::Stdin } else { CommandInput::File(path.clone()) };
    let text = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
    if args.from_json {
        let document = serde_json::from_slice::<TreeDocument>(&text).map_err(|error| error.to_string());
        return match document.and_then(|document| document.into_file().map_err(|error| error.to_string())) {
            Ok(file) => print_data(&file.to_bytes()).map(|()| Status::Fine),
            Err(error) => {
                print_error(format!("{}: {error}", input.shown()));
                Ok(Status::Findings)
            }
        };
    }
    let sources = SourceMap::new();
    let id = sources.add(input.name(), text).map_err(|error| error.to_string())?;
    let parsed = parser::parse(&sources.get(id), id);
    Renderer::new(Verbosity::VERBOSE).print(&parsed.diagnostics, &sources);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Status::Findings);
    }
    print_json(&TreeDocument::new(parsed.file))
}

fn print_json(value: &impl serde::Serialize) -> Result<Status, String> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| error.to_string())?;
    text.push(b'\n');
    print_data(&text).map(|()| Status::Fine)
}
