//! The names of the profiles that an agent loaded, kept over restarts.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic::Replacement;

/// Another boot has another one: what was loaded before is not loaded any more.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Profiles by name, each with the file that it came from.
#[derive(Debug, Default)]
pub(super) struct State {
    path: Option<PathBuf>,
    owned: BTreeMap<String, PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    boot_id: String,
    profiles: BTreeMap<String, PathBuf>,
}

impl State {
    /// What was kept in that file during this boot. A file that is missing or damaged holds nothing: names that are loaded then
    /// count as those of others, which is the safe side.
    pub(super) fn read(path: Option<PathBuf>) -> State {
        let stored = path.as_ref().and_then(|path| fs::read(path).ok());
        let stored = stored.and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
        let owned = stored.filter(|stored| stored.boot_id == boot_id()).map(|stored| stored.profiles);
        State { path, owned: owned.unwrap_or_default() }
    }

    /// The file that a profile of the agent's came from.
    pub(super) fn file(&self, name: &str) -> Option<&Path> {
        self.owned.get(name).map(PathBuf::as_path)
    }

    /// Every profile of the agent's, with its file.
    pub(super) fn profiles(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.owned.iter().map(|(name, file)| (name.as_str(), file.as_path()))
    }

    /// Remembers profiles, on disk first.
    pub(super) fn add(&mut self, names: &[String], file: &Path) -> io::Result<()> {
        if names.iter().all(|name| self.file(name) == Some(file)) {
            return Ok(());
        }
        let mut owned = self.owned.clone();
        owned.extend(names.iter().map(|name| (name.clone(), file.to_owned())));
        self.write(&owned)?;
        self.owned = owned;
        Ok(())
    }

    /// Forgets profiles that are not loaded any more.
    pub(super) fn forget(&mut self, names: &[String]) -> io::Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        self.owned.retain(|name, _| !names.contains(name));
        self.write(&self.owned)
    }

    fn write(&self, owned: &BTreeMap<String, PathBuf>) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let stored = Stored { boot_id: boot_id(), profiles: owned.clone() };
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        Replacement { synced: true, ..Replacement::default() }.write(path, &serde_json::to_vec(&stored)?)
    }
}

fn boot_id() -> String {
    fs::read_to_string(BOOT_ID).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_over_restarts_of_one_boot() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/state");
        let mut state = State::read(Some(path.clone()));
        state.add(&["p".into(), "q".into()], Path::new("/f")).unwrap();
        assert_eq!(State::read(Some(path.clone())).file("p"), Some(Path::new("/f")));
        state.forget(&["p".into()]).unwrap();
        assert_eq!(State::read(Some(path.clone())).profiles().collect::<Vec<_>>(), [("q", Path::new("/f"))]);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(&boot_id(), "another")).unwrap();
        assert_eq!(State::read(Some(path.clone())).profiles().count(), 0);
        fs::write(&path, "{").unwrap();
        assert_eq!(State::read(Some(path)).profiles().count(), 0);
    }

    #[test]
    fn what_cannot_be_kept_is_not_added() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "").unwrap();
        let mut state = State::read(Some(directory.path().join("file/state")));
        assert!(state.add(&["p".into()], Path::new("/f")).is_err());
        assert_eq!(state.file("p"), None);
    }
}
