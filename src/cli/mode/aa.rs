//! armorer under the names `aa-enforce`, `aa-complain`, `aa-disable` and `aa-audit`: their arguments, their messages on standard output,
//! and their exit status. `docs/modes.md` lists the differences.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::find::{ArgumentMatch, NoMatch, find};
use super::plan::{self, FilePlan, SelectedProfiles};
use super::reload::{ReloadFailure, ReloadPlan};
use super::tree::{ProfileTree, shown};
use super::verb::{NestedProfiles, Request, Verb};
use super::{NEWEST, warnings};
use crate::cli::links::ProfileList;
use crate::cli::render::{Renderer, Verbosity};
use crate::cli::target::{TargetArgs, features};
use crate::cli::{eprint_line, print, refuse};
use crate::compiler::Compiler;
use crate::diagnostic::{Code, Escaped};
use crate::kernel::Kernel;

/// A name with what it is for.
struct ToolName {
    name: &'static str,
    about: &'static str,
    verb: Verb,
    /// The lists that files are taken out of.
    clears: &'static [ProfileList],
}

const NAMES: [ToolName; 4] = [
    ToolName {
        name: "aa-enforce",
        about: "Switch the given programs to enforce mode",
        verb: Verb::Enforce,
        clears: &[ProfileList::Disable, ProfileList::ForceComplain],
    },
    ToolName {
        name: "aa-complain",
        about: "Switch the given programs to complain mode",
        verb: Verb::Complain,
        clears: &[ProfileList::Disable],
    },
    ToolName {
        name: "aa-disable",
        about: "Disable the profiles of the given programs",
        verb: Verb::Disable,
        clears: &[],
    },
    ToolName { name: "aa-audit", about: "Switch the given programs to audit mode", verb: Verb::Audit, clears: &[] },
];

/// Runs where the program is called by one of the names.
pub(in crate::cli) fn by_name() -> Option<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let called = Path::new(arguments.first()?).file_name()?;
    let name = NAMES.iter().find(|name| name.name == called)?;
    let matches = command(name).try_get_matches_from(&arguments).unwrap_or_else(|error| refuse(&error));
    Some(ExitCode::from(match run(name, &matches) {
        Ok(()) => 0,
        Err(message) => {
            eprint_line(format_args!("\nERROR: {message}"));
            1
        }
    }))
}

fn command(name: &ToolName) -> Command {
    let command = Command::new(name.name)
        .about(name.about)
        .infer_long_args(true)
        .arg(
            Arg::new("dir")
                .short('d')
                .long("dir")
                .value_name("DIR")
                .help("The directory of the profiles")
                .default_value("/etc/apparmor.d")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(Arg::new("no-reload").long("no-reload").action(ArgAction::SetTrue).help("Leave the kernel as it is"))
        .arg(
            Arg::new("program")
                .required(true)
                .num_args(1..)
                .value_name("PROGRAM")
                .help("Programs, profiles or profile files")
                .value_parser(value_parser!(OsString)),
        );
    match name.verb {
        Verb::Audit => command
            .arg(Arg::new("remove").short('r').long("remove").action(ArgAction::SetTrue).help("Remove audit mode")),
        _ => command,
    }
}

fn run(name: &ToolName, matches: &ArgMatches) -> Result<(), String> {
    let is_set = |flag: &str| matches.try_get_one::<bool>(flag).ok().flatten().copied().unwrap_or(false);
    let base = matches.get_one::<PathBuf>("dir").cloned().unwrap_or_default();
    if !base.is_dir() {
        return Err(format!("Can't find AppArmor profiles in {}", shown(&base)));
    }
    let verb = if is_set("remove") { Verb::NoAudit } else { name.verb };
    let request = Request { verb, force: false, by_link: false, clears: name.clears, clears_for_others: true };
    let target = TargetArgs { base, include: Vec::new(), features: None };
    let compiler = target.configured(Compiler::new(features(NEWEST)?));
    let mut tree = ProfileTree::new(&target.base, &compiler);
    let mut selection = SelectedProfiles::default();
    let mut said = String::new();
    for program in matches.get_many::<OsString>("program").into_iter().flatten() {
        // As in `aa-complain /etc/apparmor.d/*`.
        let found = match Path::new(program).is_dir() {
            true => Err(NoMatch::Nothing(String::new())),
            false => find(&mut tree, program),
        };
        match found {
            Ok(found) => {
                let nested = match found {
                    ArgumentMatch::Files(_) => NestedProfiles::All,
                    ArgumentMatch::Profiles { .. } => NestedProfiles::Hats,
                };
                selection.add(&tree, &found, nested);
                said += &done(verb, &shown(Path::new(program)));
            }
            Err(NoMatch::Nothing(_)) => {
                said += &format!("Profile for {} not found, skipping\n", shown(Path::new(program)));
            }
            Err(NoMatch::Unusable(unread)) => return Err(unread.message),
        }
    }
    let plans = plan::make(tree, selection, request).map_err(|errors| errors.join("\n"))?;
    // A kernel that cannot be reached does not keep the files as they are: a package may be installed into an image.
    let (kernel, missing) = match is_set("no-reload") || plans.is_empty() {
        true => (None, None),
        false => match Kernel::running() {
            Ok(kernel) => (Some(kernel), None),
            Err(error) => (None, Some(error.to_string())),
        },
    };
    let mut renderer = Renderer::new(Verbosity::QUIET);
    // Those who call it do not expect to be asked about tasks.
    let removing = Request { force: true, ..request };
    let reload =
        match kernel.map(|kernel| ReloadPlan::prepare(kernel, &target, &plans, removing, &mut renderer)).transpose() {
            Ok(reload) => reload,
            Err(ReloadFailure::Rejected) => return Err("the profiles have errors; nothing is changed".into()),
            Err(ReloadFailure::Other(message)) => return Err(message),
        };
    plan::write(&target.base, &plans)?;
    print(&said)?;
    plans.iter().for_each(|plan| warn(plan, &target.base, &compiler, request));
    let failures = reload.map(|reload| reload.submit().1).unwrap_or_default();
    let failures: Vec<String> = failures.into_iter().chain(missing).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The line about an argument.
fn done(verb: Verb, program: &str) -> String {
    match verb {
        Verb::Disable => format!("Disabling {program}.\n"),
        Verb::NoAudit => format!("Removing audit mode from {program}.\n"),
        Verb::Audit => format!("Setting {program} to audit mode.\n"),
        _ => format!("Setting {program} to {} mode.\n", verb.mode().map_or("no", |mode| mode.name())),
    }
}

/// Prints notes about a change, a line each; rules that deny are only counted.
fn warn(plan: &FilePlan, base: &Path, compiler: &Compiler, request: Request) {
    for (diagnostics, sources) in warnings::of(plan, base, compiler, request) {
        let mut denials = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::DenyInComplain);
        let others = diagnostics.iter().filter(|diagnostic| diagnostic.code != Code::DenyInComplain);
        for diagnostic in others {
            eprint_line(format_args!("Warning: {diagnostic}"));
        }
        if let Some(first) = denials.next() {
            let place = sources.describe(first.span());
            let more = match denials.count() {
                0 => String::new(),
                more => format!(" (and {more} more: `armorer mode --dry-run complain` lists them)"),
            };
            eprint_line(format_args!("Warning: {}: {first}{more}", Escaped::line(&place)));
        }
    }
}
