//! Writes files so that readers see the old contents or the new ones, and never a part of them.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{self, Write};
use std::path::Path;
#[cfg(feature = "cli")]
use std::{fs::FileTimes, time::SystemTime};

/// Replaces a file: by a temporary file in the same directory, which is renamed when it is complete. A symbolic link is replaced, not
/// followed, and nothing is left behind where writing fails.
#[derive(Debug)]
pub(crate) struct AtomicReplacement<'a> {
    /// The first part of the temporary file's name.
    pub(crate) prefix: &'a OsStr,
    /// The mode of a new file, before the umask.
    pub(crate) mode: u32,
    /// Permissions that the file gets whatever the umask is.
    pub(crate) permissions: Option<Permissions>,
    /// The time at which the file claims to have been changed.
    #[cfg(feature = "cli")]
    pub(crate) modified: Option<SystemTime>,
    /// Whether the contents are on the disk before the file has its name.
    pub(crate) synced: bool,
}

impl Default for AtomicReplacement<'_> {
    fn default() -> Self {
        AtomicReplacement {
            prefix: OsStr::new(".armorer-"),
            mode: 0o600,
            permissions: None,
            #[cfg(feature = "cli")]
            modified: None,
            synced: false,
        }
    }
}

impl AtomicReplacement<'_> {
    /// Writes the file.
    pub(crate) fn write(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(self.prefix);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(Permissions::from_mode(self.mode));
        }
        let mut file = builder.tempfile_in(directory)?;
        file.write_all(bytes)?;
        if let Some(permissions) = self.permissions {
            file.as_file().set_permissions(permissions)?;
        }
        #[cfg(feature = "cli")]
        if let Some(modified) = self.modified {
            file.as_file().set_times(FileTimes::new().set_modified(modified))?;
        }
        if self.synced {
            file.as_file().sync_all()?;
        }
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Replaces a file of the user, which keeps its permissions; of a symbolic link, the file that it leads to. A file with these
/// contents already is left alone. A device or pipe is written to.
#[cfg(feature = "cli")]
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| where_it_leads(path));
    let metadata = std::fs::metadata(&target).ok();
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return std::fs::OpenOptions::new().write(true).open(&target)?.write_all(bytes);
    }
    // Bringing a file to the disk takes longer than reading it: most of the time of a run that has all policy in its cache.
    let same_length =
        metadata.as_ref().is_some_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64);
    if same_length && std::fs::read(&target).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    let permissions = metadata.map(|metadata| metadata.permissions());
    AtomicReplacement { mode: 0o644, permissions, synced: true, ..AtomicReplacement::default() }.write(&target, bytes)
}

/// Makes a file of the user; where there is one of that name, that is an error.
#[cfg(all(feature = "cli", target_os = "linux"))]
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".armorer-").permissions(Permissions::from_mode(0o644));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Returns the target of a symbolic link that leads to no file; any other path is returned as it is.
#[cfg(feature = "cli")]
fn where_it_leads(path: &Path) -> std::path::PathBuf {
    let mut target = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        let Ok(next) = std::fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_replacement_takes_the_place_of_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        AtomicReplacement::default().write(&link, b"new").unwrap();
        assert_eq!((fs::read(&file).unwrap(), fs::read(&link).unwrap()), (b"old".to_vec(), b"new".to_vec()));
        assert_eq!((mode(&link), fs::read_dir(&directory).unwrap().count()), (0o600, 2), "no temporary file is left");
        fs::create_dir(directory.path().join("full")).unwrap();
        fs::write(directory.path().join("full/entry"), "").unwrap();
        assert!(AtomicReplacement::default().write(&directory.path().join("full"), b"new").is_err());
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 3, "not after a failure either");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_file_of_the_user_keeps_its_permissions_and_links() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read(&file).unwrap(), mode(&file)), (b"new".to_vec(), 0o640));
        write(Path::new("/dev/null"), b"new").unwrap();
    }
}
