//! Directories of profiles: ConfigMap volumes and plain ones.

use std::io;
use std::path::{Path, PathBuf};

use super::report::AgentProblem;
use super::{AgentOptions, PassReport, Refusal};
use crate::resolve::is_skipped;
use crate::source::{Beneath, FileKind, Loader};

/// The link that the kubelet renames to switch all files of a volume at once (`kubernetes/pkg/volume/util/atomic_writer.go`).
const DATA: &str = "..data";

/// A file of profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VolumeFile {
    /// The path under which users see it.
    pub(super) file: PathBuf,
    /// The path under which it is read: beneath what `..data` led to when the pass began.
    pub(super) path: PathBuf,
}

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileText {
    /// The file, as users see it.
    pub(crate) file: PathBuf,
    pub(crate) text: Vec<u8>,
    /// Whether messages may quote it: it lies in one of the agent's directories, not only a link to it.
    pub(crate) is_own: bool,
}

/// The files of all directories, those of a ConfigMap volume as they are at one moment.
pub(super) fn list(options: &AgentOptions, reader: &Beneath, report: &mut PassReport) -> Vec<VolumeFile> {
    let mut entries = Vec::new();
    for directory in &options.directories {
        match list_one(directory, reader) {
            Ok(files) => entries.extend(files),
            Err(error) => report.problems.push(AgentProblem::Directory { directory: directory.clone(), error }),
        }
    }
    entries
}

fn list_one(directory: &Path, reader: &Beneath) -> io::Result<Vec<VolumeFile>> {
    // The link is read once: a switch in between does not mix two sets.
    let place = match std::fs::read_link(directory.join(DATA)) {
        Ok(target) => directory.join(target),
        Err(_) => directory.to_owned(),
    };
    let names = reader.names(&place)?.into_iter().filter(|name| !is_skipped(&name.to_string_lossy()));
    let entries = names.map(|name| VolumeFile { file: directory.join(&name), path: place.join(&name) });
    Ok(entries.filter(|entry| !matches!(reader.kind(&entry.path), Ok(FileKind::Directory))).collect())
}

/// Reads a file.
pub(super) fn read(entry: &VolumeFile, options: &AgentOptions, reader: &Beneath) -> Result<FileText, Refusal> {
    let read = reader.read_with_root(&entry.path);
    let (text, root) = read.map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => Refusal::TooLarge(options.max_file_size),
        _ => Refusal::Unreadable(error),
    })?;
    let is_root = |directory: &PathBuf| std::path::absolute(directory).is_ok_and(|directory| directory == root);
    let is_own = options.directories.iter().any(is_root);
    Ok(FileText { file: entry.file.clone(), text, is_own })
}
