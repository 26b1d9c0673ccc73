//! `armorer features`: prints a features set.

use super::{Status, print_data, settle, target};

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
    settle(features.and_then(|features| print_data(features.to_text())).map(|()| Status::Fine))
}
