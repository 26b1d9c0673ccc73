//! `armorer features`: prints a features set.

use std::io::Write;

use super::{Status, complain, target};

#[derive(clap::Args)]
pub(super) struct Args {
    /// A built-in set, a features file or directory [default: the running kernel, else linux-6.12]
    #[arg(value_name = "NAME|PATH")]
    name: Option<String>,
}

pub(super) fn run(args: &Args) -> Status {
    let features = match &args.name {
        Some(name) => target::features(name),
        None => target::default_features(),
    };
    let written = features
        .and_then(|features| std::io::stdout().write_all(features.to_text()).map_err(|error| error.to_string()));
    match written {
        Ok(()) => Status::Fine,
        Err(message) => {
            complain(message);
            Status::Failed
        }
    }
}
