//! Finding out whether anything in a directory has changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The maximum depth below a directory at which changes are looked for.
const MAX_DEPTH: usize = 16;

/// The most entries that are looked at.
pub(super) const MAX_ENTRIES: usize = 100_000;

/// A summary of the metadata of directories. If two summaries differ, something in the directories may have changed.
///
/// Links are entries like others and not followed. What they lead to is read only beneath directories that are looked at themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    hash: u64,
    /// Whether all entries were looked at.
    pub(super) complete: bool,
}

impl Fingerprint {
    pub(super) fn of<'a>(directories: impl Iterator<Item = &'a PathBuf>) -> Fingerprint {
        Fingerprint::within(directories, MAX_ENTRIES)
    }

    fn within<'a>(directories: impl Iterator<Item = &'a PathBuf>, max_entries: usize) -> Fingerprint {
        let mut look = MetadataHasher { hasher: DefaultHasher::new(), left: max_entries, complete: true };
        for directory in directories {
            // The directory itself may be named by a link.
            look.entry(&fs::canonicalize(directory).unwrap_or_else(|_| directory.clone()), 0);
        }
        Fingerprint { hash: look.hasher.finish(), complete: look.complete }
    }
}

struct MetadataHasher {
    hasher: DefaultHasher,
    left: usize,
    complete: bool,
}

impl MetadataHasher {
    fn entry(&mut self, path: &Path, depth: usize) {
        let Some(left) = self.left.checked_sub(1) else {
            self.complete = false;
            return;
        };
        self.left = left;
        path.hash(&mut self.hasher);
        let Ok(metadata) = fs::symlink_metadata(path) else { return };
        (metadata.len(), metadata.modified().ok()).hash(&mut self.hasher);
        // A file that another was renamed to may have its size and time.
        (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()).hash(&mut self.hasher);
        if metadata.is_symlink() {
            fs::read_link(path).ok().hash(&mut self.hasher);
        }
        if !metadata.is_dir() {
            return;
        }
        if depth == MAX_DEPTH {
            self.complete = false;
            return;
        }
        // No more names are held than may be looked at.
        let entries = fs::read_dir(path).into_iter().flatten().take(self.left + 1);
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        entries.iter().for_each(|entry| self.entry(entry, depth + 1));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        for number in 0..12 {
            symlink(".", at(&format!("self{number}"))).unwrap();
        }
        symlink("/", at("root")).unwrap();
        fs::write(at("z"), "1").unwrap();
        let roots = [directory.path().to_owned()];
        let of = || Fingerprint::within(roots.iter(), 20);
        let before = of();
        assert!(before.complete);
        assert_eq!(of(), before);
        fs::write(at("z"), "22").unwrap();
        assert_ne!(of(), before);
        let before = of();
        fs::remove_file(at("self3")).unwrap();
        symlink("..", at("self3")).unwrap();
        assert_ne!(of(), before);
    }

    #[test]
    fn what_is_not_looked_at_is_known() {
        let directory = tempfile::tempdir().unwrap();
        (0..30).for_each(|number| fs::write(directory.path().join(number.to_string()), "").unwrap());
        let roots = [directory.path().to_owned()];
        assert!(!Fingerprint::within(roots.iter(), 20).complete);
        assert!(Fingerprint::within(roots.iter(), 40).complete);
        let deep = (0..=MAX_DEPTH).fold(directory.path().to_owned(), |path, _| path.join("d"));
        fs::create_dir_all(deep).unwrap();
        assert!(!Fingerprint::within(roots.iter(), 100).complete);
    }
}
