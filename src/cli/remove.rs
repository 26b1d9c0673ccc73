//! `armorer remove`: profiles out of the kernel.

use std::path::PathBuf;

use super::inputs;
use super::kernel::{KernelArgs, compiler, kernel_features};
use super::target::TargetArgs;
use super::{Status, policy, print_error, settle};
use crate::compiler::CompiledProfile;
use crate::diagnostic::Escaped;
use crate::kernel::{Kernel, Task};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    kernel: KernelArgs,

    /// File or directory whose profiles are removed; repeatable
    #[arg(long, value_name = "PATH")]
    from: Vec<PathBuf>,

    /// Also remove profiles of running tasks, which become unconfined
    #[arg(long)]
    force: bool,

    /// Names of profiles; `:NS:NAME` in a namespace, `:NS:` for a whole namespace
    #[arg(value_name = "NAME", required_unless_present = "from")]
    names: Vec<String>,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    let kernel = args.kernel.kernel()?;
    let mut names: Vec<Vec<u8>> = args.names.iter().map(|name| name.clone().into_bytes()).collect();
    let mut status = Status::Fine;
    if !args.from.is_empty() {
        let compiler = compiler(&args.target, kernel_features(&kernel, &args.target)?);
        for input in inputs::expand(&args.from)? {
            let text = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
            match policy::compile(&compiler, &input, text)? {
                Some(policy) => names.extend(policy.profiles().iter().filter_map(top_level)),
                None => status = Status::Findings,
            }
        }
    }
    let tasks = kernel.tasks();
    for name in &names {
        let shown = Escaped::line(name);
        let result = match &tasks {
            Ok(tasks) if !args.force => guard(&kernel, name, tasks),
            Err(error) if !args.force => {
                Err(format!("cannot determine whether tasks run under it ({error}); use --force to remove it anyway"))
            }
            _ => kernel.remove(name).map_err(|error| error.to_string()),
        };
        if let Err(message) = result {
            print_error(format!("{shown}: {message}"));
            status = Status::Failed;
        }
    }
    Ok(status)
}

/// Removes a profile that no task runs under.
fn guard(kernel: &Kernel, name: &[u8], tasks: &[Task]) -> Result<(), String> {
    match in_use(name, tasks) {
        None => kernel.remove(name).map_err(|error| error.to_string()),
        Some(message) => Err(message),
    }
}

/// Returns the reason why a profile is not removed: tasks run under it. `None` where none does.
pub(super) fn in_use(name: &[u8], tasks: &[Task]) -> Option<String> {
    let users: Vec<String> = tasks
        .iter()
        .filter(|task| task.label.profiles().any(|profile| goes_with(profile, name)))
        .map(|task| format!("{} ({})", task.pid, Escaped::line(&task.command)))
        .collect();
    let message = || {
        format!("tasks run under it and would become unconfined: {}; use --force to remove it anyway", users.join(", "))
    };
    (!users.is_empty()).then(message)
}

/// Whether removing a profile, or a namespace, takes that one with it.
fn goes_with(profile: &[u8], name: &[u8]) -> bool {
    let Some(rest) = profile.strip_prefix(name) else { return false };
    let is_namespace = name.starts_with(b":") && name.ends_with(b":");
    rest.is_empty() || rest.starts_with(b"//") || is_namespace
}

/// The name that a profile is removed by; none for children, which go with their parents.
fn top_level(profile: &CompiledProfile) -> Option<Vec<u8>> {
    memchr::memmem::find(&profile.name, b"//").is_none().then(|| profile.listed_name().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_a_name() {
        assert!(goes_with(b"p", b"p") && goes_with(b"p//h", b"p") && goes_with(b":ns:p", b":ns:"));
        assert!(!goes_with(b"pq", b"p") && !goes_with(b"q", b"p") && !goes_with(b":nsx:p", b":ns:"));
    }
}
