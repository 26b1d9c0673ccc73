//! `armorer diff`: do two policies mean the same, and does the second allow more?

mod granted;
mod new_access;
mod sarif;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::inputs::CommandInput;
use super::policy;
use super::target::TargetArgs;
use super::{Status, eprint_line, print, print_json, settle};
use crate::analysis::{self, Side};
use crate::blob::{self, BlobProfile};
use crate::compiler::{Compiled, Compiler};

/// Strings shown for differences that are alike.
const EXAMPLES: usize = 3;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// Kernel to compile A for, where it is text [default: that of --features]
    #[arg(long, value_name = "NAME|FILE|DIR")]
    features_a: Option<String>,

    /// Kernel to compile B for, where it is text [default: that of --features]
    #[arg(long, value_name = "NAME|FILE|DIR")]
    features_b: Option<String>,

    /// Format of the output; `github` and `sarif` need --no-new-access
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DiffFormat::Text)]
    format: DiffFormat,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// Maximum number of differences of file rules, of the attachment, and of the rules of each other class
    #[arg(long, value_name = "N", default_value = "4")]
    max: NonZeroUsize,

    #[command(flatten)]
    new_access: new_access::NewAccessArgs,

    /// First policy, binary or as profile text; `-` is standard input. BASE with --no-new-access, and then also a directory
    #[arg(value_name = "A")]
    a: PathBuf,

    /// Second policy, in the same forms; NEW with --no-new-access
    #[arg(value_name = "B")]
    b: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum DiffFormat {
    /// One line per difference
    Text,
    /// One JSON document
    Json,
    /// GitHub Actions annotations
    Github,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
}

/// One of the two policies.
enum ComparedPolicy {
    Blob(Vec<BlobProfile>),
    Text(Box<Compiled>),
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    if args.a == Path::new("-") && args.b == Path::new("-") {
        return Err("standard input can be one of the policies only".into());
    }
    if args.new_access.no_new_access {
        return new_access::run(args);
    }
    if matches!(args.format, DiffFormat::Github | DiffFormat::Sarif) {
        return Err("`--format github` and `--format sarif` need `--no-new-access`".into());
    }
    let a = ComparedPolicy::read(&args.a, args, args.features_a.as_deref())?;
    let b = ComparedPolicy::read(&args.b, args, args.features_b.as_deref())?;
    let options = analysis::DiffOptions::default().max_per_automaton(args.max.get()).examples(EXAMPLES);
    let mut diff = analysis::diff(a.profiles(), b.profiles(), &options).map_err(|error| error.to_string())?;
    for (side, policy) in [(Side::A, &a), (Side::B, &b)] {
        if let ComparedPolicy::Text(compiled) = policy {
            diff.name_rules(side, |profile| compiled.provenance(profile), compiled.diagnosis().sources());
        }
    }
    if args.format() == DiffFormat::Json {
        print_json(&diff)?;
    } else {
        print(&diff.to_string())?;
        if diff.more {
            eprint_line(format_args!("note: there may be more differences; --max shows up to so many of each kind"));
        }
    }
    Ok(if diff.is_empty() { Status::Fine } else { Status::Findings })
}

impl Args {
    /// The format, `--json` included.
    fn format(&self) -> DiffFormat {
        if self.json { DiffFormat::Json } else { self.format }
    }

    /// The compiler for one of the policies.
    fn compiler(&self, own_features: Option<&str>) -> Result<Compiler, String> {
        let target = match own_features {
            Some(name) => TargetArgs { features: Some(name.to_owned()), ..self.target.clone() },
            None => self.target.clone(),
        };
        target.compiler()
    }
}

impl ComparedPolicy {
    fn read(path: &Path, args: &Args, own_features: Option<&str>) -> Result<ComparedPolicy, String> {
        let input = CommandInput::of(path);
        if path.is_dir() {
            return Err(format!("{}: is a directory, which only `--no-new-access` compares", input.shown()));
        }
        let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
        if analysis::is_blob(&bytes) {
            return ComparedPolicy::of_blob(&input, &bytes);
        }
        ComparedPolicy::of_text(&args.compiler(own_features)?, &input, bytes)
    }

    fn of_blob(input: &CommandInput, bytes: &[u8]) -> Result<ComparedPolicy, String> {
        blob::read(bytes).map(ComparedPolicy::Blob).map_err(|error| format!("{}: {error}", input.shown()))
    }

    fn of_text(compiler: &Compiler, input: &CommandInput, text: Vec<u8>) -> Result<ComparedPolicy, String> {
        match policy::compile(compiler, input, text)? {
            Some(compiled) => Ok(ComparedPolicy::Text(Box::new(compiled))),
            // Its errors have been shown; without the policy there is nothing to compare.
            None => Err(format!("{} does not compile", input.shown())),
        }
    }

    fn profiles(&self) -> &[BlobProfile] {
        match self {
            ComparedPolicy::Blob(profiles) => profiles,
            ComparedPolicy::Text(compiled) => compiled.records(),
        }
    }
}
