//! `armorer status`: what is loaded, who runs under it, and whether it is what the files say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::form::FormArgs;
use super::inputs::{self, CommandInput};
use super::kernel::{KernelArgs, compiler, kernel_features};
use super::outcome::InputOutcome;
use super::output::counted;
use super::render::{Renderer, Verbosity};
use super::target::TargetArgs;
use super::{Status, print, print_json, settle};
use crate::compiler::Compiled;
use crate::diagnostic::Escaped;
use crate::kernel::hash::{self, PolicyHash};
use crate::kernel::{Kernel, KernelError, Mode, PolicyEntry};
use crate::parallel;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    #[command(flatten)]
    form: FormArgs,

    /// Profile files and directories to compare with the loaded policy; exit with status 1 if it differs
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Everything that is shown.
#[derive(Serialize)]
struct Overview {
    /// The number of changes of the policy since the kernel started.
    revision: Option<u64>,
    profiles: Vec<StatusProfile>,
    /// The reason why the processes are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks_error: Option<String>,
    /// The differences between the files and the loaded policy; absent where no files are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Vec<DriftRow>>,
}

#[derive(Serialize)]
struct StatusProfile {
    #[serde(flatten)]
    entry: PolicyEntry,
    tasks: Vec<StatusProcess>,
}

#[derive(Serialize)]
struct StatusProcess {
    pid: u32,
    command: String,
}

#[derive(Serialize)]
struct DriftRow {
    profile: String,
    file: String,
    state: DriftState,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum DriftState {
    /// The kernel has another policy of that name.
    Differs,
    /// The kernel has none of that name.
    NotLoaded,
    /// The kernel keeps no hashes.
    Unknown,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let entries = entries(&kernel).map_err(|error| error.to_string())?;
    let mut status = Status::Fine;
    let mut drift = None;
    if !args.paths.is_empty() {
        let (found, compiled) = compare(&kernel, args, &entries)?;
        if !compiled || !found.is_empty() {
            status = Status::Findings;
        }
        drift = Some(found);
    }
    let mut processes: BTreeMap<String, Vec<StatusProcess>> = BTreeMap::new();
    let tasks_error = match kernel.tasks() {
        Err(error) => Some(error.to_string()),
        Ok(tasks) => {
            for task in tasks {
                for profile in task.label.profiles() {
                    let process = StatusProcess { pid: task.pid, command: task.command.clone() };
                    processes.entry(String::from_utf8_lossy(profile).into_owned()).or_default().push(process);
                }
            }
            None
        }
    };
    let profiles = entries.into_iter().map(|entry| {
        let tasks = processes.remove(&entry.name).unwrap_or_default();
        StatusProfile { entry, tasks }
    });
    let overview = Overview { revision: kernel.revision().ok(), profiles: profiles.collect(), tasks_error, drift };
    if args.form.is_json() { print_json(&overview) } else { print(&overview.text()) }?;
    Ok(status)
}

/// The list of profiles, with what the policy tree adds to it.
fn entries(kernel: &Kernel) -> Result<Vec<PolicyEntry>, KernelError> {
    let mut known: BTreeMap<String, PolicyEntry> =
        kernel.policy().unwrap_or_default().into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let listed = kernel.profiles()?.into_iter().map(|profile| {
        let name = String::from_utf8_lossy(&profile.name).into_owned();
        match known.remove(&name) {
            Some(entry) => entry,
            None => PolicyEntry { name, mode: profile.mode, attach: String::new(), hash: None, raw_hash: None },
        }
    });
    Ok(listed.collect())
}

/// Returns the profiles in which the loaded policy differs from the files, and whether all files compile.
fn compare(kernel: &Kernel, args: &Args, entries: &[PolicyEntry]) -> Result<(Vec<DriftRow>, bool), String> {
    let compiler = compiler(&args.target, kernel_features(kernel, &args.target)?);
    let inputs = inputs::expand(&args.paths)?;
    let loaded: BTreeMap<&str, Option<&PolicyHash>> =
        entries.iter().map(|entry| (entry.name.as_str(), entry.hash.as_ref())).collect();
    let compare =
        |input: &CommandInput| InputOutcome::of(&compiler, input).map(|compiled| drift_of(input, &compiled, &loaded));
    let compared = parallel::map(&inputs, compare);
    let mut renderer = Renderer::new(Verbosity::QUIET);
    let (mut drift, mut compiled) = (Vec::new(), true);
    for outcome in compared {
        renderer.print(outcome.diagnosis.diagnostics(), outcome.diagnosis.sources());
        match (outcome.failure, outcome.policy) {
            (Some(failure), _) => return Err(failure),
            (None, Some(found)) => drift.extend(found),
            (None, None) => compiled = false,
        }
    }
    Ok((drift, compiled))
}

fn drift_of(input: &CommandInput, compiled: &Compiled, loaded: &BTreeMap<&str, Option<&PolicyHash>>) -> Vec<DriftRow> {
    // Nothing is read that could not be: the compiler says what it has made.
    let profiles = hash::profiles(compiled).unwrap_or_default();
    let drift = profiles.into_iter().filter_map(|(name, content)| {
        let profile = String::from_utf8_lossy(&name).into_owned();
        let state = match loaded.get(profile.as_str()) {
            None => DriftState::NotLoaded,
            Some(None) => DriftState::Unknown,
            Some(Some(hash)) if content.matches(hash) => return None,
            Some(Some(_)) => DriftState::Differs,
        };
        Some(DriftRow { profile, file: input.name(), state })
    });
    drift.collect()
}

impl Overview {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut say = |line: String| {
            let _infallible = writeln!(text, "{line}");
        };
        let count = |mode: Option<Mode>| self.profiles.iter().filter(|shown| shown.entry.mode == mode).count();
        let modes: BTreeSet<Option<Mode>> = self.profiles.iter().map(|shown| shown.entry.mode).collect();
        let by_mode = modes.into_iter().filter_map(|mode| Some(format!("{} {}", count(mode), mode?)));
        let by_mode: Vec<String> = by_mode.collect();
        let revision = self.revision.map_or(String::new(), |revision| format!(", revision {revision}"));
        let modes = if by_mode.is_empty() { String::new() } else { format!(" ({})", by_mode.join(", ")) };
        say(format!("{}{modes}{revision}", counted(self.profiles.len(), "profile")));
        for StatusProfile { entry, tasks } in &self.profiles {
            let mode = entry.mode.map_or(String::new(), |mode| format!(" ({mode})"));
            let tasks = tasks.iter().map(|task| format!("{} {}", task.pid, Escaped::line(&task.command)));
            let tasks: Vec<String> = tasks.collect();
            let tasks = if tasks.is_empty() { String::new() } else { format!(": {}", tasks.join(", ")) };
            say(format!("  {}{mode}{tasks}", Escaped::line(&entry.name)));
        }
        if let Some(error) = &self.tasks_error {
            say(format!("processes cannot be listed: {error}"));
        }
        match &self.drift {
            None => {}
            Some(drift) if drift.is_empty() => say("the loaded policy matches the files".into()),
            Some(drift) => {
                for DriftRow { profile, file, state } in drift {
                    let state = match state {
                        DriftState::Differs => "differs from the loaded policy",
                        DriftState::NotLoaded => "is not loaded",
                        DriftState::Unknown => "is loaded, but the kernel does not report its policy",
                    };
                    say(format!("{}: {} {state}", Escaped::line(file), Escaped::line(profile)));
                }
            }
        }
        text
    }
}
