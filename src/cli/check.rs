//! `armorer check`: parse, resolve, validate.

use std::path::PathBuf;

use super::inputs::{self, CommandInput};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::output::counted;
use super::quoting::quotable;
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, eprint_line, print_error};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    levels: LevelArgs,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    verbosity: Verbosity,

    /// Profile files, YAML manifests and directories of them; `-` is standard input [default: the base if standard input is a terminal, else `-`]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    let set_up = || {
        let compiler = args.target.compiler()?.levels(args.levels.levels()?);
        Ok((args.limits.apply(compiler), inputs::expand(&inputs::or_base(&args.paths, &args.target.base))?))
    };
    let (compiler, inputs) = match set_up() {
        Ok(both) => both,
        Err(message) => {
            let message: String = message;
            print_error(message);
            return Status::Failed;
        }
    };
    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    let mut unread = 0;
    for input in &inputs {
        let checked = input.read().map(|text| {
            if *input == CommandInput::Stdin && text.is_empty() {
                // In a script nobody notices that a path was forgotten.
                eprint_line(format_args!("note: standard input is empty"));
            }
            compiler.check(input.with_text(text))
        });
        match checked {
            Ok(Ok(diagnosis)) => {
                if diagnosis.has_errors() {
                    status = status.max(Status::Findings);
                }
                let quotable = quotable(&diagnosis, &input.name(), &args.target);
                renderer.print(&quotable, diagnosis.sources());
            }
            Ok(Err(error)) => {
                print_error(error);
                unread += 1;
            }
            Err(error) => {
                print_error(format!("{}: {error}", input.shown()));
                unread += 1;
            }
        }
    }
    let files = match (inputs.as_slice(), inputs.len() - unread) {
        ([CommandInput::Stdin], 1) => "standard input".to_owned(),
        (_, checked) => counted(checked, "file"),
    };
    eprint_line(format_args!("checked {files}: {}", renderer.summary()));
    if unread == 0 { status } else { Status::Failed }
}
