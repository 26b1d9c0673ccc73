//! `armorer features`: prints a feature set, those that are built in, or that of a kernel for a bug report.

use std::path::PathBuf;

use super::steps::shown;
use super::{Status, eprint_line, print, print_data, settle, target};
use crate::atomic;
use crate::features::Features;

#[derive(clap::Args)]
pub(super) struct Args {
    /// List the built-in feature sets and the kernels they were read from
    #[arg(long)]
    list: bool,

    /// Read the feature set of the running kernel, and report its differences from the nearest built-in set on standard error
    #[arg(long, conflicts_with = "list")]
    capture: bool,

    /// Mount point of securityfs, for --capture
    #[arg(long, value_name = "DIR", default_value = "/sys/kernel/security", requires = "capture")]
    securityfs: PathBuf,

    /// Mount point of procfs, for --capture
    #[arg(long, value_name = "DIR", default_value = "/proc", requires = "capture")]
    proc: PathBuf,

    /// Write the set to this file, for --capture
    #[arg(short, long, value_name = "FILE", requires = "capture")]
    output: Option<PathBuf>,

    /// Built-in feature set, features file or directory [default: the running kernel, else linux-6.12]
    #[arg(value_name = "NAME|PATH", conflicts_with_all = ["list", "capture"])]
    name: Option<String>,
}

pub(super) fn run(args: &Args) -> Status {
    let done = match (args.list, args.capture, &args.name) {
        (true, ..) => print(&list()),
        (_, true, _) => capture(args),
        (.., Some(name)) => target::features(name).and_then(|features| print_data(features.to_text())),
        (.., None) => target::default_features().and_then(|features| print_data(features.to_text())),
    };
    settle(done.map(|()| Status::Fine))
}

fn list() -> String {
    let line = |name| format!("{name:10}  {}\n", Features::builtin_origin(name).unwrap_or_default());
    Features::builtin_names().map(line).collect()
}

/// Prints the set of a kernel, with the name of the kernel and the differences to the nearest set.
fn capture(args: &Args) -> Result<(), String> {
    let directory = args.securityfs.join("apparmor/features");
    let features = Features::from_directory(&directory).map_err(|error| with_causes(&error))?;
    let release = std::fs::read_to_string(args.proc.join("sys/kernel/osrelease")).unwrap_or_default();
    let release = if release.trim().is_empty() { "unknown" } else { release.trim() };
    eprint_line(format_args!("note: kernel {release}, features id {:08x}", features.id()));
    let known = Features::builtin_names().filter_map(|name| Some((name, Features::builtin(name)?)));
    let compared = known.map(|(name, known)| (features.missing_in(&known), known.missing_in(&features), name));
    // Of several that are as near the oldest one.
    if let Some((more, less, name)) = compared.min_by_key(|(more, less, _)| more.len() + less.len()) {
        let same = more.is_empty() && less.is_empty();
        let how = if same { "the same as" } else { "nearest to" };
        eprint_line(format_args!("note: {how} the built-in set {name}"));
        more.iter().for_each(|path| eprint_line(format_args!("  + {path}")));
        less.iter().for_each(|path| eprint_line(format_args!("  - {path}")));
    }
    match &args.output {
        Some(path) => atomic::write(path, features.to_text()).map_err(|error| format!("{}: {error}", shown(path))),
        None => print_data(features.to_text()),
    }
}

/// An error with what caused it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
