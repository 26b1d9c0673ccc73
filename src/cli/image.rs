//! `armorer image`: policy for another machine, in the cache that its boot scripts look in.

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::target::features;
use super::{Status, parser, settle};

/// On two lines, as one would be wider than a terminal.
const USAGE: &str =
    "armorer image [OPTIONS] --features <NAME|FILE|DIR> --base <DIR>\n                     --cache-dir <DIR> <PATH>...";

#[derive(clap::Args)]
#[command(override_usage = USAGE)]
pub(super) struct Args {
    /// Kernel of the other machine: a built-in feature set (`armorer features --list`), a features file or directory
    #[arg(long, value_name = "NAME|FILE|DIR")]
    features: String,

    /// Features file for profiles without an `abi` rule, like `policy-features` in the machine's parser.conf [default: AppArmor 2.x]
    #[arg(long, value_name = "FILE")]
    policy_features: Option<PathBuf>,

    /// Base directory, searched for `include <…>`, `disable` and `force-complain`
    #[arg(short, long, value_name = "DIR")]
    base: PathBuf,

    /// Cache directory, usually var/cache/apparmor below the root of the machine
    #[arg(long, value_name = "DIR")]
    cache_dir: PathBuf,

    /// Number of files compiled in parallel [default: one per core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Profile files and directories
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

/// Does the work of `apparmor_parser` without loading: the same files are skipped, and the same cache is written.
pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let text = features(&args.features)?;
    let mut kernel = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    kernel.write_all(text.to_text()).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(&args.cache_dir).map_err(|error| format!("{}: {error}", args.cache_dir.display()))?;
    let mut words: Vec<OsString> = ["--replace", "--skip-kernel-load", "--skip-read-cache", "--write-cache"]
        .map(OsString::from)
        .into_iter()
        .chain(["--config-file=/dev/null".into()])
        .collect();
    let mut option = |name: &str, value: OsString| words.extend([OsString::from(name), value]);
    option("--kernel-features", kernel.path().into());
    option("--base", args.base.clone().into());
    option("--cache-loc", escaped(&args.cache_dir));
    if let Some(policy) = &args.policy_features {
        option("--policy-features", policy.into());
    }
    if let Some(jobs) = args.jobs {
        option("--jobs", jobs.to_string().into());
    }
    words.push("--".into());
    words.extend(args.paths.iter().map(OsString::from));
    match parser::run("armorer image", &words) {
        0 => Ok(Status::Fine),
        _ => Ok(Status::Findings),
    }
}

/// A cache location, in which a comma would begin another.
fn escaped(directory: &std::path::Path) -> OsString {
    let bytes = directory.as_os_str().as_encoded_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.replace(',', "\\,").into(),
        Err(_) => directory.into(),
    }
}
