//! Profiles that no file defines any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::report::{AgentProblem, KeepReason, OrphanedProfile, PassReport};
use super::state::AgentState;
use crate::kernel::hash::PolicyHash;
use crate::kernel::{Kernel, KernelError};

/// Forgets profiles that are gone from files and kernel, and removes those that are gone from the files only, where that is
/// wanted and no task runs under them.
pub(super) fn prune(
    kernel: &Kernel,
    wanted: bool,
    state: &mut AgentState,
    defined: &BTreeSet<String>,
    loaded: &BTreeMap<String, Option<PolicyHash>>,
    report: &mut PassReport,
) {
    // Where a directory cannot be read, nothing that it holds has vanished.
    if !report.problems.is_empty() {
        return;
    }
    let vanished: Vec<String> =
        state.profiles().map(|(name, _)| name.to_owned()).filter(|name| !defined.contains(name)).collect();
    let mut gone: Vec<String> = vanished.iter().filter(|name| !loaded.contains_key(*name)).cloned().collect();
    let left: Vec<String> = vanished.into_iter().filter(|name| loaded.contains_key(name)).collect();
    let used = if wanted && !left.is_empty() { used(kernel) } else { Ok(BTreeSet::new()) };
    for profile in left {
        // A child goes with its parent, and names are in order.
        if gone.iter().any(|parent| is_below(&profile, parent)) {
            gone.push(profile);
            continue;
        }
        let is_used = |used: &BTreeSet<String>| used.iter().any(|name| *name == profile || is_below(name, &profile));
        let kept = match &used {
            _ if !wanted => Some(KeepReason::NotAsked),
            Err(reason) => Some(KeepReason::Failed(reason.clone())),
            Ok(used) if is_used(used) => Some(KeepReason::InUse),
            // Children that are defined go on needing their parent.
            Ok(_) if defined.iter().any(|name| is_below(name, &profile)) => Some(KeepReason::HasChildren),
            Ok(_) if is_replaced(state, loaded, &profile) => Some(KeepReason::Replaced),
            Ok(_) => kernel.remove(profile.as_bytes()).err().map(|error| KeepReason::Failed(error.to_string())),
        };
        if kept.is_none() {
            gone.push(profile.clone());
        }
        report.vanished.push(OrphanedProfile { profile, kept });
    }
    if let Err(error) = state.forget(&gone) {
        report.problems.push(AgentProblem::State(error));
    }
}

/// Whether a profile of the agent's is not what the agent loaded.
fn is_replaced(state: &AgentState, loaded: &BTreeMap<String, Option<PolicyHash>>, profile: &str) -> bool {
    match (loaded.get(profile), state.written(profile)) {
        (Some(Some(current)), Some(written)) => !written.hashes.contains(current),
        _ => false,
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent).is_some_and(|rest| rest.starts_with("//") && !rest.starts_with("//&"))
}

/// The profiles that tasks run under, or why that is not to be known.
fn used(kernel: &Kernel) -> Result<BTreeSet<String>, String> {
    // In a PID namespace of its own a process sees few of the tasks. Process 2 of the whole machine is the kernel's.
    let second = fs::read_to_string(kernel.processes().join("2/comm")).unwrap_or_default();
    if second.trim_end() != "kthreadd" {
        return Err("the node's processes are not to be seen: mount its /proc and name it with --proc".into());
    }
    let tasks = kernel.tasks().map_err(|error: KernelError| error.to_string())?;
    let names = tasks.iter().flat_map(|task| task.label.profiles());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children() {
        assert!(is_below("a//b", "a") && is_below("a//b//c", "a"));
        assert!(!is_below("a", "a") && !is_below("ab//c", "a") && !is_below("a//&b", "a"));
    }
}
