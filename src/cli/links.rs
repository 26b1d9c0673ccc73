//! The lists that boot scripts and apparmor_parser read beside the profiles: `disable/` and `force-complain/` of the base, each with
//! an entry for every file that is meant.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileList {
    /// They are not loaded.
    Disable,
    /// They are loaded in complain mode.
    ForceComplain,
}

impl ProfileList {
    /// The directory below the base.
    pub(super) fn directory(self) -> &'static str {
        match self {
            ProfileList::Disable => "disable",
            ProfileList::ForceComplain => "force-complain",
        }
    }

    /// Returns the path of the entry for a file of the base, by the file's name.
    pub(super) fn entry(self, base: &Path, name: &OsStr) -> PathBuf {
        base.join(self.directory()).join(name)
    }

    /// Whether the list has a file: any entry that can be opened counts.
    pub(super) fn has(self, base: &Path, name: &OsStr) -> bool {
        fs::File::open(self.entry(base, name)).is_ok()
    }
}

/// Adds a file of the base to a list: with a relative link, which is right as well where the tree is mounted elsewhere. An entry that
/// leads nowhere is replaced.
pub(super) fn create(list: ProfileList, base: &Path, name: &OsStr) -> io::Result<()> {
    let directory = base.join(list.directory());
    fs::create_dir_all(&directory)?;
    let target = OsStr::from_bytes(&[b"../", name.as_bytes()].concat()).to_owned();
    let link = tempfile::Builder::new().prefix(".armorer-").make_in(&directory, |path| symlink(&target, path))?;
    link.into_temp_path().persist(directory.join(name)).map_err(|error| error.error)
}

/// Returns the reason why an entry must not be taken out of its list: it would be lost.
pub(super) fn keeps(entry: &Path) -> Option<&'static str> {
    match fs::symlink_metadata(entry) {
        Ok(metadata) if metadata.is_dir() => Some("it is a directory"),
        Ok(metadata) if metadata.is_file() && metadata.len() > 0 => Some("it is a file with content, not a link"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_as_they_are_read() {
        let base = tempfile::tempdir().unwrap();
        let (base, name) = (base.path(), OsStr::new("usr.bin.x"));
        fs::write(base.join(name), "").unwrap();
        assert!(!ProfileList::Disable.has(base, name));
        create(ProfileList::Disable, base, name).unwrap();
        assert!(ProfileList::Disable.has(base, name) && !ProfileList::ForceComplain.has(base, name));
        let entry = ProfileList::Disable.entry(base, name);
        assert_eq!(fs::read_link(&entry).unwrap(), Path::new("../usr.bin.x"));
        // A link that leads nowhere does not count, and makes room.
        fs::remove_file(&entry).unwrap();
        symlink("nowhere", &entry).unwrap();
        assert!(!ProfileList::Disable.has(base, name));
        create(ProfileList::Disable, base, name).unwrap();
        assert!(ProfileList::Disable.has(base, name));
        assert_eq!(fs::read_dir(base.join("disable")).unwrap().count(), 1, "no temporary link is left");
        assert_eq!(keeps(&entry), None);
        fs::remove_file(&entry).unwrap();
        fs::write(&entry, "").unwrap();
        assert_eq!(keeps(&entry), None);
        fs::write(&entry, "x").unwrap();
        assert!(keeps(&entry).is_some() && keeps(&base.join("disable")).is_some());
    }
}
