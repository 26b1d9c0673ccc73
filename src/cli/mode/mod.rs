//! `armorer mode`: modes of profiles in their files, and the lists of files that are not loaded or only complain. Under the names
//! `aa-enforce`, `aa-complain`, `aa-disable` and `aa-audit` it takes the arguments of those.
//!
//! Everything is decided first, for all arguments, and written when nothing can be refused any more: `find` tells what an argument
//! stands for, `plan` what becomes of the files, `reload` what the kernel gets.

mod aa;
mod attach;
mod find;
mod plan;
mod reload;
mod report;
#[cfg(test)]
mod tests;
mod tree;
mod verb;
mod warnings;

use std::ffi::OsString;

use clap::ValueEnum;

use super::kernel::KernelArgs;
use super::links::ProfileList;
use super::render::{Renderer, Verbosity};
use super::target::{TargetArgs, features};
use super::{Status, eprint_line, print_error, settle};
use crate::compiler::Compiler;
use crate::parallel;
use crate::vocab::ProfileMode;
use find::{ArgumentMatch, NoMatch, find};
use plan::{FilePlan, SelectedProfiles};
use reload::{ReloadFailure, ReloadPlan};
use report::ModeOutput;
use tree::{ProfileTree, shown};
use verb::{NestedProfiles, Request, Verb};

pub(super) use aa::by_name;

/// The features that attachments and `deny` rules are looked at with, unless others are named: those of the newest kernel.
const NEWEST: &str = "linux-7.2";

/// Exit status: 0 done, 1 texts have errors (or, with --dry-run or --diff, something would change), 2 usage or input/output errors,
/// and everything that is refused; then nothing is changed.
#[derive(clap::Args)]
#[command(after_help = ARGUMENTS)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    /// Also change the hats of the profiles
    #[arg(long)]
    hats: bool,

    /// Also change the hats and child profiles of the profiles
    #[arg(long)]
    children: bool,

    /// Also change profiles that confine nothing, remove entries of `disable/` and `force-complain/` that are regular files, and unload
    /// profiles of running tasks
    #[arg(long)]
    force: bool,

    /// Set the mode by links in `force-complain/` instead of editing the files; for `complain` and `enforce`
    #[arg(long)]
    link: bool,

    /// Load the files into the kernel afterwards; with `disable`, remove their profiles
    #[arg(long)]
    reload: bool,

    /// Print the changes without writing, and exit with status 1 if there are any
    #[arg(long)]
    dry_run: bool,

    /// Print the changes as a unified diff without writing, and exit with status 1 if there are any
    #[arg(long, conflicts_with = "format")]
    diff: bool,

    /// Format of the output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ModeFormat::Text)]
    format: ModeFormat,

    #[command(flatten)]
    verbosity: Verbosity,

    /// Mode or flag to set
    #[arg(value_name = "MODE", value_enum)]
    verb: Verb,

    /// Profiles, programs, profile files and directories of them
    #[arg(value_name = "PROFILE|PROGRAM|FILE", required = true)]
    arguments: Vec<OsString>,
}

const ARGUMENTS: &str = "\
An argument is, in this order:
  a directory or file of profiles, by its path;
  the name of a profile of the base, as `web`, `web//hat` or `/usr/bin/web`;
  the name of a file of the base;
  a program by its path or name: the profile is meant that the kernel attaches to it.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeFormat {
    /// One line per change
    #[value(alias = "human")]
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let request = args.request()?;
    let compiler = args.target.configured(Compiler::new(features(args.target.features.as_deref().unwrap_or(NEWEST))?));
    let mut tree = ProfileTree::new(&args.target.base, &compiler);
    let nested = match (args.children, args.hats) {
        (true, _) => NestedProfiles::All,
        (false, true) => NestedProfiles::Hats,
        (false, false) => NestedProfiles::None,
    };
    let selection = match select(&mut tree, args, nested) {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let base = &args.target.base;
    let plans = match plan::make(tree, selection, request) {
        Ok(plans) => plans,
        Err(errors) => {
            errors.into_iter().for_each(print_error);
            return Ok(Status::Failed);
        }
    };
    let warnings: Vec<_> =
        parallel::map(&plans, |plan| warnings::of(plan, base, &compiler, request)).into_iter().flatten().collect();
    let mut renderer = Renderer::new(args.verbosity);
    if args.format == ModeFormat::Text {
        warnings.iter().for_each(|(diagnostics, sources)| renderer.print(diagnostics, sources));
    }
    let is_changed = plans.iter().any(FilePlan::is_changed);
    let show = match (args.format, args.diff) {
        (ModeFormat::Json, _) => ModeOutput::Json,
        (ModeFormat::Text, true) => ModeOutput::Diff,
        (ModeFormat::Text, false) => ModeOutput::Lines,
    };
    if args.dry_run || args.diff {
        report::print(&plans, &warnings, show, false)?;
        return Ok(if is_changed { Status::Findings } else { Status::Fine });
    }
    let reload = match args.reload {
        false => None,
        true => match ReloadPlan::prepare(args.kernel.kernel()?, &args.target, &plans, request, &mut renderer) {
            Ok(reload) => Some(reload),
            Err(ReloadFailure::Rejected) => return Ok(Status::Findings),
            Err(ReloadFailure::Other(message)) => return Err(message),
        },
    };
    plan::write(base, &plans)?;
    report::print(&plans, &warnings, show, true)?;
    let mut status = Status::Fine;
    let mut summary = summary(&plans);
    if let Some(reload) = reload {
        let (done, failures) = reload.submit();
        if !failures.is_empty() {
            failures.into_iter().for_each(print_error);
            status = Status::Failed;
        }
        let (loaded, removed) = (done.loaded, done.removed);
        summary += &match request.verb {
            Verb::Disable => format!("; removed from the kernel: {}", counted(removed, "profile")),
            _ => format!("; loaded {}", counted(loaded, "profile")),
        };
    }
    if !args.verbosity.is_quiet() {
        eprint_line(format_args!("{summary}"));
    }
    Ok(status)
}

impl Args {
    fn request(&self) -> Result<Request, String> {
        let Args { verb, force, link: by_link, .. } = *self;
        if by_link && !matches!(verb, Verb::Complain | Verb::Enforce) {
            return Err("--link is about `complain` and `enforce`: there are no links for other modes".into());
        }
        let clears: &[ProfileList] = match verb {
            Verb::Enable => &[ProfileList::Disable],
            _ if verb.mode().is_some_and(|mode| mode != ProfileMode::Complain) => &[ProfileList::ForceComplain],
            _ => &[],
        };
        Ok(Request { verb, force, by_link, clears, clears_for_others: false })
    }
}

/// The profiles that the arguments stand for. Where some of them are wrong, that is reported, and the error is the exit status.
fn select(tree: &mut ProfileTree<'_>, args: &Args, nested: NestedProfiles) -> Result<SelectedProfiles, Status> {
    let mut selection = SelectedProfiles::default();
    let mut status = Status::Fine;
    for argument in &args.arguments {
        match find(tree, argument) {
            Ok(found) => {
                if let ArgumentMatch::Profiles { others, .. } = &found
                    && !others.is_empty()
                    && !args.verbosity.is_quiet()
                {
                    let program = shown(argument.as_ref());
                    eprint_line(format_args!(
                        "note: less specific attachments match {program} as well, and stay: {}",
                        others.join(", ")
                    ));
                }
                selection.add(tree, &found, nested);
            }
            Err(NoMatch::Nothing(message)) => {
                print_error(message);
                status = Status::Failed;
            }
            Err(NoMatch::Unusable(unread)) => {
                print_error(unread.message);
                status = status.max(if unread.is_text { Status::Findings } else { Status::Failed });
            }
        }
    }
    if status == Status::Fine { Ok(selection) } else { Err(status) }
}

fn summary(plans: &[FilePlan]) -> String {
    let profiles = plans.iter().flat_map(|plan| &plan.profiles);
    let changed = profiles.clone().filter(|meant| meant.is_changed()).count();
    let links = plans.iter().map(|plan| plan.links.len()).sum::<usize>();
    let mut parts = Vec::new();
    if changed > 0 {
        let files = plans.iter().filter(|plan| plan.is_edited()).count();
        parts.push(format!("{} in {}", counted(changed, "profile"), counted(files, "file")));
    }
    if links > 0 {
        parts.push(counted(links, "link"));
    }
    let inner = plans.iter().map(|plan| plan.inner).sum::<usize>();
    let inner = match inner {
        0 => String::new(),
        _ => format!("; {} inside of them as before (--children)", counted(inner, "hat or child profile")),
    };
    match parts.is_empty() {
        true => "nothing to change".to_owned(),
        false => format!("changed {}{inner}", parts.join(" and ")),
    }
}

fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix("hat or child profile")) {
        (1, _) => format!("1 {what}"),
        (_, Some(_)) => format!("{count} hats and child profiles"),
        (_, None) => format!("{count} {what}s"),
    }
}
