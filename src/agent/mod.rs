//! The node agent: keeps the profiles of directories, such as ConfigMap volumes, loaded in the kernel.
//!
//! An [`Agent`] makes passes: it reads the whole set of files, compiles them for the running kernel, and loads what is new or
//! has changed. It does not:
//!
//! - load part of a file: a file is one write, and a file that is broken leaves its last good policy in force;
//! - touch profiles of others: a name that is loaded but was not loaded by the agent is refused, unless [`Names`] gives it away;
//! - remove a profile, unless [`AgentOptions::prune`] asks for it, and then only one that it loaded, that no file defines any more,
//!   and that no task runs under: removing a profile leaves its tasks unconfined;
//! - fight over a profile: if somebody else replaces a profile that it had replaced, it reports that and stays off.
//!
//! It keeps no policy in memory from one file to the next, and what it loaded in a small file ([`AgentOptions::state`]), written before
//! each first load: it can be killed at any moment.
//!
//! Files may be hostile. They are read only beneath their directories, without waiting, and messages quote none but the file they
//! are about. What compiling them may take is for the compiler to bound; `armorer watch` compiles in a process of its own.
//!
//! ```no_run
//! use armorer::{Compiler, kernel::Kernel};
//! use armorer::agent::{Agent, Names, AgentOptions};
//!
//! let kernel = Kernel::running()?;
//! let features = kernel.features()?;
//! let mut options = AgentOptions::new(["/profiles".into()]);
//! options.names = Names::any().prefix("k8s-");
//! let mut agent = Agent::new(kernel, options, move || Compiler::new(features.clone()));
//! let report = agent.pass();
//! assert!(report.is_good(), "{report:?}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "cli")]
pub(crate) mod build;
#[cfg(not(feature = "cli"))]
mod build;
mod changes;
mod names;
mod pass;
mod prune;
mod report;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod volume;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analysis::new_access::Baseline;
use crate::compiler::Compiler;
use crate::kernel::Kernel;
use crate::source::Beneath;

pub use names::Names;
pub use report::{
    AgentProblem, ExceededLimit, FileOutcome, FileReport, KeepReason, OrphanedProfile, PassReport, Refusal,
};

use build::{Build, InProcess};
use changes::Fingerprint;
use pass::CostlyText;
use state::AgentState;

/// The directories that an agent watches, and its permissions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgentOptions {
    /// The directories whose files hold profiles. In a ConfigMap volume, which has a `..data` link, all files are those of the
    /// directory that the link leads to when a pass begins.
    pub directories: Vec<PathBuf>,
    /// The profiles that it may load.
    pub names: Names,
    /// Whether profiles that vanished from the directories are removed, where no task runs under them.
    pub prune: bool,
    /// Whether profiles that attach to programs are refused: those would confine processes of the node that asked for nothing.
    pub refuse_attachments: bool,
    /// A profile that all others are compared with: what allows more, or is not proven to allow no more, is refused.
    pub baseline: Option<Baseline>,
    /// The largest file that is read, in bytes.
    pub max_file_size: u64,
    /// The maximum number of files that are read; the others are refused.
    pub max_files: usize,
    /// The directories, besides those of the profiles, that links in them may lead to.
    pub linked: Vec<PathBuf>,
    /// The file that keeps the names of the loaded profiles. `None`: nowhere, and after a restart loaded profiles that have changed
    /// meanwhile count as those of others, unless [`Names`] gives them away.
    pub state: Option<PathBuf>,
}

impl AgentOptions {
    /// Bytes of a file: a ConfigMap has at most a mebibyte.
    pub const MAX_FILE_SIZE: u64 = 1 << 20;

    /// Files of all directories.
    pub const MAX_FILES: usize = 10_000;

    /// The directories, any name, nothing removed.
    #[must_use]
    pub fn new(directories: impl IntoIterator<Item = PathBuf>) -> AgentOptions {
        AgentOptions {
            directories: directories.into_iter().collect(),
            names: Names::any(),
            prune: false,
            refuse_attachments: false,
            baseline: None,
            max_file_size: AgentOptions::MAX_FILE_SIZE,
            max_files: AgentOptions::MAX_FILES,
            linked: Vec::new(),
            state: None,
        }
    }
}

/// Keeps profiles loaded.
pub struct Agent {
    kernel: Kernel,
    options: AgentOptions,
    reader: Beneath,
    build: Box<dyn Build>,
    running: Box<dyn FnMut() -> bool + Send>,
    state: AgentState,
    /// Files that took too much to compile.
    costly: BTreeMap<PathBuf, CostlyText>,
    /// The fingerprint at the beginning of the last pass that left nothing to do, and the kernel's revision at its end.
    seen: Option<(Fingerprint, u64)>,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("kernel", &self.kernel).field("options", &self.options).finish_non_exhaustive()
    }
}

impl Agent {
    /// An agent that has done nothing yet. `compiler` makes the compiler for each pass, for the features of that kernel.
    ///
    /// Files are compiled in this process. A compiler for text that nobody vouches for reads with a
    /// [`Beneath`], and has limits of states and memory.
    #[must_use]
    pub fn new(kernel: Kernel, options: AgentOptions, compiler: impl Fn() -> Compiler + Send + 'static) -> Self {
        Agent::building(kernel, options, InProcess { make: compiler, compiler: None })
    }

    /// An agent that compiles in that way.
    pub(crate) fn building(kernel: Kernel, options: AgentOptions, build: impl Build + 'static) -> Self {
        let state = AgentState::read(options.state.clone());
        let roots = options.directories.iter().chain(&options.linked);
        let reader = Beneath::new(roots).max_len(options.max_file_size);
        Agent {
            kernel,
            options,
            reader,
            build: Box::new(build),
            running: Box::new(|| true),
            state,
            costly: BTreeMap::new(),
            seen: None,
        }
    }

    /// Asks between files whether a pass shall go on; by `false` it ends before the next one.
    #[must_use]
    pub fn while_running(mut self, running: impl FnMut() -> bool + Send + 'static) -> Self {
        self.running = Box::new(running);
        self
    }

    /// A pass, if there is anything to do: files have changed (also those that `include` may mean, in `included`), the kernel's
    /// policy has, or the last pass could not do all that it wanted.
    pub fn pass_if_changed(&mut self, included: &[PathBuf]) -> Option<PassReport> {
        let before = Fingerprint::of(self.options.directories.iter().chain(included));
        if let Some((seen, revision)) = &self.seen
            && before.complete
            && !self.costly.values().any(CostlyText::has_rested)
            && *seen == before
            && self.kernel.revision().is_ok_and(|now| now == *revision)
        {
            return None;
        }
        let mut report = self.pass();
        if !before.complete {
            report.problems.push(AgentProblem::TooManyEntries(changes::MAX_ENTRIES));
        }
        let revision = self.kernel.revision().ok().filter(|_| !report.wants_retry());
        self.seen = revision.map(|revision| (before, revision));
        Some(report)
    }
}
