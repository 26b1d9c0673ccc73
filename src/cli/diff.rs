//! `armorer diff`: do two binary policies mean the same?

use std::path::{Path, PathBuf};

use super::inputs::Input;
use super::{Status, settle};
use crate::analysis;
use crate::blob;

#[derive(clap::Args)]
pub(super) struct Args {
    /// A binary policy; `-` is standard input
    #[arg(value_name = "A")]
    a: PathBuf,

    /// The other one
    #[arg(value_name = "B")]
    b: PathBuf,

    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    let diff = analysis::diff(&a, &b, &analysis::DiffOptions::default()).map_err(|error| error.to_string())?;
    if args.json {
        let text = serde_json::to_string_pretty(&diff).map_err(|error| error.to_string())?;
        println!("{text}");
    } else {
        for difference in &diff.differences {
            println!("{difference}");
        }
    }
    Ok(if diff.differences.is_empty() { Status::Fine } else { Status::Findings })
}

fn read(path: &Path) -> Result<Vec<blob::Profile>, String> {
    let input = if path == Path::new("-") { Input::Stdin } else { Input::File(path.to_owned()) };
    let bytes = input.read().map_err(|error| format!("{}: {error}", input.name()))?;
    blob::read(&bytes).map_err(|error| format!("{}: {error}", input.name()))
}
