//! `armorer check`: parse, resolve, validate.

use std::path::PathBuf;

use super::inputs::{self, Input};
use super::levels::LevelArgs;
use super::limits::LimitArgs;
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, complain};

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

    /// Profile files, YAML manifests and directories of them; `-` or nothing is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Status {
    let set_up = || {
        let compiler = args.target.compiler()?.levels(args.levels.levels()?);
        Ok((args.limits.apply(compiler), inputs::expand(&args.paths)?))
    };
    let (compiler, inputs) = match set_up() {
        Ok(both) => both,
        Err(message) => {
            let message: String = message;
            complain(message);
            return Status::Failed;
        }
    };
    let mut renderer = Renderer::new(args.verbosity);
    let mut status = Status::Fine;
    for input in &inputs {
        let checked = input.read().map(|text| compiler.check(input.with_text(text)));
        match checked {
            Ok(Ok(diagnosis)) => {
                if diagnosis.has_errors() {
                    status = status.max(Status::Findings);
                }
                renderer.print(diagnosis.diagnostics(), diagnosis.sources());
            }
            Ok(Err(error)) => {
                complain(error);
                status = Status::Failed;
            }
            Err(error) => {
                complain(format!("{}: {error}", input.name()));
                status = Status::Failed;
            }
        }
    }
    let files = match inputs.as_slice() {
        [Input::Stdin] => "standard input".to_owned(),
        [_] => "1 file".to_owned(),
        many => format!("{} files", many.len()),
    };
    eprintln!("checked {files}: {}", renderer.summary());
    status
}
