//! Results of a pass.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::analysis::new_access::NewAccessFinding;
use crate::kernel::KernelError;

/// The results of a pass, file by file.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct PassReport {
    /// Every file, in the order of the directories and names.
    pub files: Vec<FileReport>,
    /// Profiles that the agent loaded and no file defines any more.
    pub vanished: Vec<OrphanedProfile>,
    /// The problems that prevented parts of the pass: directories and lists that cannot be read.
    pub problems: Vec<AgentProblem>,
    /// Whether the pass was ended before it had looked at all files; those are not in the report.
    pub interrupted: bool,
}

/// A reason why an agent cannot do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentProblem {
    /// A directory of profiles cannot be read.
    #[error("{}: {error}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The kernel's list of profiles cannot be read: securityfs is not mounted any more, or AppArmor is off.
    #[error("cannot read the profiles of the kernel: {0}")]
    Kernel(KernelError),
    /// The kernel accepts no policy of a namespace since an earlier load failed, and could not be recovered. The text is that of
    /// [`KernelError::Wedged`], which names the cure.
    #[error("{0}")]
    Wedged(String),
    /// The names of the loaded profiles cannot be written to disk.
    #[error("cannot save the names of the loaded profiles: {0}")]
    State(io::Error),
    /// Directories are so large that changes in some of them are not seen. Every pass reads all files instead.
    #[error("more than {0} files and directories: changes are not watched, and all files are read at each interval")]
    TooManyEntries(usize),
}

impl AgentProblem {
    /// Whether no profile can be loaded while it lasts.
    #[must_use]
    pub fn is_about_the_kernel(&self) -> bool {
        matches!(self, AgentProblem::Kernel(_) | AgentProblem::Wedged(_))
    }
}

impl Serialize for AgentProblem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A path that may not be UTF-8, as a string.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// A file and what became of it.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// The path of the file in a ConfigMap volume: below the volume, and not below what `..data` leads to. Serialised with replacement
    /// characters where it is not UTF-8.
    #[serde(serialize_with = "lossy")]
    pub file: PathBuf,
    /// The names of its profiles, as the kernel lists them; none where it has errors.
    pub profiles: Vec<String>,
    /// The outcome for all profiles of the file.
    pub outcome: FileOutcome,
}

impl FileReport {
    /// Whether the kernel's policy was changed for it.
    #[must_use]
    pub fn outcome_is_change(&self) -> bool {
        matches!(self.outcome, FileOutcome::Loaded | FileOutcome::Replaced)
    }
}

/// The outcome of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileOutcome {
    /// None of its profiles was loaded before.
    Loaded,
    /// Some were, otherwise than now.
    Replaced,
    /// The kernel has exactly these profiles.
    Unchanged,
    /// The file was refused; the policy loaded before stays in force.
    Refused(Refusal),
}

/// Reasons why a file is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// It is larger than allowed.
    #[error("has more than {0} bytes")]
    TooLarge(u64),
    /// There are more files than allowed.
    #[error("there are more than {0} files")]
    TooMany(usize),
    /// It has errors: `FILE:LINE:COLUMN: error[code]: message`, one each.
    #[error("{}", errors.join("\n"))]
    Broken {
        /// The errors, one a line.
        errors: Vec<String>,
    },
    /// Compiling it takes more than it may.
    #[error(transparent)]
    Excess(#[from] ExceededLimit),
    /// The process that compiles it failed.
    #[error("the compiling process failed: {0}")]
    Process(String),
    /// A profile's name is not UTF-8 or has control characters.
    #[error("the name {0:?} is not text")]
    NotText(String),
    /// A profile's name is not among those that the agent may load.
    #[error("the name \"{0}\" is not one of those that may be loaded")]
    Name(String),
    /// A profile of that name was loaded by somebody else.
    #[error("\"{0}\" is already loaded, but not by this agent")]
    Foreign(String),
    /// Somebody else has put another profile in the place of the agent's, after the agent had replaced theirs: another agent, say, that
    /// defines the same name. It stays so until the file changes.
    #[error(
        "\"{0}\" is defined differently by another program, which keeps replacing this definition: its definition stays loaded"
    )]
    Contested(String),
    /// Another file defines a profile of that name.
    #[error("\"{name}\" is also defined in {}", other.display())]
    Twice {
        /// The name.
        name: String,
        /// The file that keeps it.
        other: PathBuf,
    },
    /// A profile attaches to programs.
    #[error("\"{0}\" attaches to programs of the node")]
    Attaches(String),
    /// A profile allows what the baseline does not, or is not proven to allow no more.
    #[error("exceeds the baseline: {0}")]
    Exceeds(Box<NewAccessFinding>),
    /// The kernel refuses it.
    #[error("{0}")]
    Kernel(#[from] KernelError),
    /// The name cannot be remembered, so it is not loaded: nobody would know whose it is.
    #[error("cannot save the names of the loaded profiles: {0}")]
    State(io::Error),
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A limit that compiling a file exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExceededLimit {
    /// Time.
    #[error("takes more than {:.0} s to compile", .0.as_secs_f64())]
    Time(Duration),
    /// Memory, in bytes.
    #[error("takes more than {} MiB of memory to compile", .0 >> 20)]
    Memory(u64),
}

/// A profile that no file defines any more.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct OrphanedProfile {
    /// Its name.
    pub profile: String,
    /// `None`: it was removed.
    pub kept: Option<KeepReason>,
}

/// Reasons why a profile that no file defines stays loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepReason {
    /// Nobody asked for its removal.
    #[error("profiles are removed only on request")]
    NotAsked,
    /// Without it they would be unconfined.
    #[error("tasks run under it")]
    InUse,
    /// The profile loaded under its name is not the one that the agent loaded.
    #[error("another program has replaced it")]
    Replaced,
    /// Some of its children are still defined.
    #[error("profiles below it are still defined")]
    HasChildren,
    /// It is not to be known whether tasks run under it, or the kernel does not remove it.
    #[error("{0}")]
    Failed(String),
}

impl Serialize for KeepReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PassReport {
    /// Whether all files are in force, and nothing kept the pass from its work.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.interrupted
            && self.problems.is_empty()
            && self.files.iter().all(|file| !matches!(file.outcome, FileOutcome::Refused(_)))
    }

    /// Whether the next pass may do more although no file changes: a disk that was full, a kernel without memory, a task that
    /// still runs under a profile that vanished.
    #[must_use]
    pub fn wants_retry(&self) -> bool {
        let passing = |file: &FileReport| {
            let FileOutcome::Refused(refusal) = &file.outcome else { return false };
            match refusal {
                Refusal::Unreadable(error) => may_pass(error),
                Refusal::Process(_) | Refusal::Kernel(_) | Refusal::State(_) => true,
                _ => false,
            }
        };
        self.interrupted
            || !self.problems.is_empty()
            || self.files.iter().any(passing)
            || self
                .vanished
                .iter()
                .any(|vanished| matches!(vanished.kept, Some(KeepReason::InUse | KeepReason::Failed(_))))
    }
}

/// Whether a file may become readable without anybody changing it: the system was short of something. What is wrong with a path or
/// with the kind of a file is seen to change.
fn may_pass(error: &io::Error) -> bool {
    /// `ELOOP`.
    const TOO_MANY_LINKS: i32 = 40;
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    error.raw_os_error().is_some_and(|number| number != TOO_MANY_LINKS)
        && !matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

impl fmt::Display for FileOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileOutcome::Loaded => "loaded",
            FileOutcome::Replaced => "replaced",
            FileOutcome::Unchanged => "unchanged",
            FileOutcome::Refused(_) => "refused",
        })
    }
}
