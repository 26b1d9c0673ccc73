//! Directories of profiles: ConfigMap volumes and plain ones.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::report::Refusal;
use super::{Options, Report};
use crate::resolve::policy_files;

/// The link that the kubelet renames to switch all files of a volume at once (`kubernetes/pkg/volume/util/atomic_writer.go`).
const DATA: &str = "..data";

/// How deep below a directory changes are looked for.
const MAX_DEPTH: usize = 8;

/// The most entries that are looked at for changes.
const MAX_ENTRIES: usize = 100_000;

/// A file and its text.
pub(super) struct Entry {
    /// Where users see it.
    pub(super) file: PathBuf,
    pub(super) text: Result<Vec<u8>, Refusal>,
}

/// Reads the files of all directories, each as it is at one moment where it is a ConfigMap volume.
pub(super) fn read(options: &Options, report: &mut Report) -> Vec<Entry> {
    let mut entries = Vec::new();
    for directory in &options.directories {
        match list(directory) {
            Err(error) => report.problems.push(format!("{}: {error}", directory.display())),
            Ok(files) => {
                for (file, path) in files {
                    let text = match entries.len() < options.max_files {
                        true => read_file(&path, options.max_file_size),
                        false => Err(Refusal::TooMany(options.max_files)),
                    };
                    entries.push(Entry { file, text });
                }
            }
        }
    }
    entries
}

/// The files of a directory: where users see each, and where it is read from.
fn list(directory: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    // The link is read once: a switch in between does not mix two sets.
    let place = match fs::read_link(directory.join(DATA)) {
        Ok(target) => directory.join(target),
        Err(_) => directory.to_owned(),
    };
    let files = policy_files(&place)?.into_iter();
    Ok(files.filter_map(|path| Some((directory.join(path.file_name()?), path))).collect())
}

fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    // A pipe would be waited for.
    if !fs::metadata(path).map_err(Refusal::Unreadable)?.is_file() {
        return Err(Refusal::Unreadable(io::Error::other("not a regular file")));
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(Refusal::Unreadable)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut text).map_err(Refusal::Unreadable)?;
    if text.len() as u64 > limit { Err(Refusal::TooLarge(limit)) } else { Ok(text) }
}

/// What directories look like from outside: another one means that something in them may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn of<'a>(directories: impl Iterator<Item = &'a PathBuf>) -> Fingerprint {
        let mut hasher = DefaultHasher::new();
        let mut left = MAX_ENTRIES;
        directories.for_each(|directory| look(directory, 0, &mut left, &mut hasher));
        Fingerprint(hasher.finish())
    }
}

fn look(path: &Path, depth: usize, left: &mut usize, hasher: &mut DefaultHasher) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    path.hash(hasher);
    fs::read_link(path).ok().hash(hasher);
    let Ok(metadata) = fs::metadata(path) else { return };
    (metadata.len(), metadata.modified().ok()).hash(hasher);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // A file that another was renamed to may have its size and time.
        (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()).hash(hasher);
    }
    if metadata.is_dir() && depth < MAX_DEPTH {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        entries.iter().for_each(|entry| look(entry, depth + 1, left, hasher));
    }
}
