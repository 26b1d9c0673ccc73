//! What a pass did.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// What a pass did, file by file.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Every file, in the order of the directories and names.
    pub files: Vec<FileReport>,
    /// Profiles that the agent loaded and no file defines any more.
    pub vanished: Vec<Vanished>,
    /// What kept the pass from its work: directories and lists that cannot be read.
    pub problems: Vec<String>,
}

/// A file and what became of it.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// Where it was found: in a ConfigMap volume, below the volume and not below what `..data` leads to.
    pub file: PathBuf,
    /// The names of its profiles, as the kernel lists them; none where it has errors.
    pub profiles: Vec<String>,
    /// What became of them, all together.
    pub outcome: Outcome,
}

impl FileReport {
    /// Whether the kernel's policy was changed for it.
    #[must_use]
    pub fn outcome_is_change(&self) -> bool {
        matches!(self.outcome, Outcome::Loaded | Outcome::Replaced)
    }
}

/// What became of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// None of its profiles was loaded before.
    Loaded,
    /// Some were, otherwise than now.
    Replaced,
    /// The kernel has exactly these profiles.
    Unchanged,
    /// Nothing was done; what was loaded before stays in force.
    Refused(Refusal),
}

/// Why a file is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
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
    /// A profile's name is not among those that the agent may load.
    #[error("the name \"{0}\" is not among those that may be loaded")]
    Name(String),
    /// A profile of that name was loaded by somebody else.
    #[error("\"{0}\" is loaded already, and not by this agent")]
    Foreign(String),
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
    /// The kernel refuses it.
    #[error("{0}")]
    Kernel(#[from] crate::kernel::KernelError),
    /// The name cannot be remembered, so it is not loaded: nobody would know whose it is.
    #[error("the names of the loaded profiles cannot be kept: {0}")]
    State(std::io::Error),
}

impl Serialize for Refusal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What became of a profile that no file defines any more.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Vanished {
    /// Its name.
    pub profile: String,
    /// `None`: it was removed.
    pub kept: Option<Kept>,
}

/// Why a profile that no file defines stays loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Kept {
    /// Nobody asked for its removal.
    #[error("profiles are removed only on request")]
    NotAsked,
    /// Without it they would be unconfined.
    #[error("tasks run under it")]
    InUse,
    /// Some of its children are still defined.
    #[error("profiles below it are still defined")]
    HasChildren,
    /// It is not to be known whether tasks run under it, or the kernel does not remove it.
    #[error("{0}")]
    Failed(String),
}

impl Serialize for Kept {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Report {
    /// Whether all files are in force, and nothing kept the pass from its work.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty() && self.files.iter().all(|file| !matches!(file.outcome, Outcome::Refused(_)))
    }

    /// Whether the next pass may do more although no file changes: a disk that was full, a kernel without memory, a task that
    /// still runs under a profile that vanished.
    #[must_use]
    pub fn wants_retry(&self) -> bool {
        let passing = |file: &FileReport| {
            matches!(file.outcome, Outcome::Refused(Refusal::Unreadable(_) | Refusal::Kernel(_) | Refusal::State(_)))
        };
        !self.problems.is_empty()
            || self.files.iter().any(passing)
            || self.vanished.iter().any(|vanished| matches!(vanished.kept, Some(Kept::InUse | Kept::Failed(_))))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Loaded => "loaded",
            Outcome::Replaced => "replaced",
            Outcome::Unchanged => "unchanged",
            Outcome::Refused(_) => "refused",
        })
    }
}
