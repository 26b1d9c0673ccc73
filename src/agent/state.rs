//! The record of what an agent loaded, which survives restarts.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic::AtomicReplacement;
use crate::kernel::hash::PolicyHash;
use crate::source::Text;

/// Another boot has another one: what was loaded before is not loaded any more.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Profiles by name, each with the file that it came from.
///
/// The file on disk has a record a line. The first has all profiles, the others what changed since: a pass that loads thousands of
/// files writes each of them once.
#[derive(Debug, Default)]
pub(super) struct AgentState {
    path: Option<PathBuf>,
    owned: BTreeMap<String, OwnedProfile>,
    /// The file as it was left, by device, number and size; another one is not added to.
    left: Option<(u64, u64, u64)>,
    /// Whether records follow the first.
    is_long: bool,
}

/// A profile of the agent's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OwnedProfile {
    #[serde(with = "stored_path")]
    file: PathBuf,
    #[serde(default, flatten)]
    written: WrittenPolicy,
}

/// The policy that the agent wrote to the kernel for a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrittenPolicy {
    /// The hashes of it that a kernel may show; none before the first time.
    #[serde(default)]
    pub(super) hashes: Vec<PolicyHash>,
    /// Whether it took the place of a profile that somebody else had loaded.
    #[serde(default)]
    pub(super) over_foreign: bool,
}

/// A line of the file.
#[derive(Default, Serialize, Deserialize)]
struct StateRecord {
    boot_id: String,
    #[serde(default)]
    profiles: BTreeMap<String, OwnedProfile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
}

/// Paths as strings, or as bytes where they are not UTF-8.
mod stored_path {
    use super::{OsStrExt, OsStringExt, Path, PathBuf, Text};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        Text::from(path.as_os_str().as_bytes()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(std::ffi::OsString::from_vec(text.as_bytes().to_vec()).into())
    }
}

impl AgentState {
    /// Reads the state that was saved during this boot. A file that is missing or damaged holds nothing: names that are loaded
    /// then count as those of others, which is the safe side.
    pub(super) fn read(path: Option<PathBuf>) -> AgentState {
        let mut owned = BTreeMap::new();
        let bytes = path.as_ref().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        let boot_id = boot_id();
        for line in bytes.split(|&byte| byte == b'\n') {
            // A line that was not written to its end is followed by others.
            let Ok(record) = serde_json::from_slice::<StateRecord>(line) else { continue };
            if record.boot_id == boot_id {
                record.gone.iter().for_each(|name| _ = owned.remove(name));
                owned.extend(record.profiles);
            }
        }
        AgentState { path, owned, left: None, is_long: false }
    }

    /// The file that a profile of the agent's came from.
    pub(super) fn file(&self, name: &str) -> Option<&Path> {
        self.owned.get(name).map(|owned| owned.file.as_path())
    }

    /// Returns the policy that was written to the kernel for a profile.
    pub(super) fn written(&self, name: &str) -> Option<&WrittenPolicy> {
        self.owned.get(name).map(|owned| &owned.written).filter(|written| !written.hashes.is_empty())
    }

    /// Every profile of the agent's, with its file.
    pub(super) fn profiles(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.owned.iter().map(|(name, owned)| (name.as_str(), owned.file.as_path()))
    }

    /// Remembers whose profiles these are, on disk first.
    pub(super) fn claim(&mut self, names: &[String], file: &Path) -> io::Result<()> {
        let new = names.iter().filter(|name| self.file(name) != Some(file));
        let claimed = |name: &String| {
            let written = self.owned.get(name).map(|owned| owned.written.clone()).unwrap_or_default();
            (name.clone(), OwnedProfile { file: file.to_owned(), written })
        };
        let profiles = new.map(claimed).collect();
        self.change(profiles, Vec::new())
    }

    /// Remembers what the kernel has now of profiles that were claimed.
    pub(super) fn wrote(&mut self, written: impl IntoIterator<Item = (String, WrittenPolicy)>) -> io::Result<()> {
        let changed = |(name, written): (String, WrittenPolicy)| {
            let owned = self.owned.get(&name).filter(|owned| owned.written != written)?;
            let file = owned.file.clone();
            Some((name, OwnedProfile { file, written }))
        };
        let profiles = written.into_iter().filter_map(changed).collect();
        self.change(profiles, Vec::new())
    }

    /// Forgets profiles that are not loaded any more.
    pub(super) fn forget(&mut self, names: &[String]) -> io::Result<()> {
        self.change(BTreeMap::new(), names.to_vec())
    }

    /// Leaves one record in the file.
    pub(super) fn compact(&mut self) -> io::Result<()> {
        if self.is_long { self.write(&self.owned.clone()) } else { Ok(()) }
    }

    fn change(&mut self, profiles: BTreeMap<String, OwnedProfile>, gone: Vec<String>) -> io::Result<()> {
        if profiles.is_empty() && gone.is_empty() {
            return Ok(());
        }
        if !self.append(&profiles, &gone)? {
            let mut owned = self.owned.clone();
            gone.iter().for_each(|name| _ = owned.remove(name));
            owned.extend(profiles.clone());
            self.write(&owned)?;
        }
        gone.iter().for_each(|name| _ = self.owned.remove(name));
        self.owned.extend(profiles);
        Ok(())
    }

    /// Adds a record to the file, if it is the one that was left there; returns whether it is.
    fn append(&mut self, profiles: &BTreeMap<String, OwnedProfile>, gone: &[String]) -> io::Result<bool> {
        let (Some(path), Some(left)) = (&self.path, self.left) else { return Ok(self.path.is_none()) };
        let Ok(mut file) = OpenOptions::new().append(true).open(path) else { return Ok(false) };
        if identity(&file)? != left {
            return Ok(false);
        }
        let record = StateRecord { boot_id: boot_id(), profiles: profiles.clone(), gone: gone.to_vec() };
        let line = [b"\n", &serde_json::to_vec(&record)?[..]].concat();
        if let Err(error) = file.write_all(&line).and_then(|()| file.sync_data()) {
            // Where not even this works, the half line is skipped when the file is read.
            let _ = file.set_len(left.2);
            return Err(error);
        }
        self.left = Some(identity(&file)?);
        self.is_long = true;
        Ok(true)
    }

    /// Writes the file anew.
    fn write(&mut self, owned: &BTreeMap<String, OwnedProfile>) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let record = StateRecord { boot_id: boot_id(), profiles: owned.clone(), gone: Vec::new() };
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        AtomicReplacement { synced: true, ..AtomicReplacement::default() }
            .write(path, &serde_json::to_vec(&record)?)?;
        self.left = File::open(path).and_then(|file| identity(&file)).ok();
        self.is_long = false;
        Ok(())
    }
}

fn identity(file: &File) -> io::Result<(u64, u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino(), metadata.len()))
}

fn boot_id() -> String {
    fs::read_to_string(BOOT_ID).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn kept_over_restarts_of_one_boot() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/state");
        let mut state = AgentState::read(Some(path.clone()));
        state.claim(&["p".into(), "q".into()], Path::new("/f")).unwrap();
        let reread = || AgentState::read(Some(path.clone()));
        assert_eq!(reread().file("p"), Some(Path::new("/f")));
        let written = WrittenPolicy { hashes: vec![PolicyHash::Sha256("00".into())], over_foreign: true };
        state.wrote([("q".into(), written.clone()), ("unknown".into(), written.clone())]).unwrap();
        state.forget(&["p".into()]).unwrap();
        state.claim(&["r".into()], Path::new("/g")).unwrap();
        for _ in 0..2 {
            let all = [("q", Path::new("/f")), ("r", Path::new("/g"))];
            assert_eq!(reread().profiles().collect::<Vec<_>>(), all);
            assert_eq!((reread().written("q"), reread().written("r")), (Some(&written), None));
            state.compact().unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1);
        fs::write(&path, text.replace(&boot_id(), "another")).unwrap();
        assert_eq!(reread().profiles().count(), 0);
        fs::write(&path, "{").unwrap();
        assert_eq!(reread().profiles().count(), 0);
    }

    #[test]
    fn a_line_that_broke_off_is_skipped() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let mut state = AgentState::read(Some(path.clone()));
        state.claim(&["p".into()], Path::new("/f")).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\n{\"boot_id\":").unwrap();
        // It is not the file that was left: it is written anew.
        state.claim(&["q".into()], Path::new("/f")).unwrap();
        assert_eq!(AgentState::read(Some(path.clone())).profiles().count(), 2);
        file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\n{\"boot_id\":").unwrap();
        assert_eq!(AgentState::read(Some(path)).profiles().count(), 2);
    }

    #[test]
    fn any_path_can_be_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let file = Path::new(OsStr::from_bytes(b"/volume/\xff\n"));
        AgentState::read(Some(path.clone())).claim(&["p".into()], file).unwrap();
        assert_eq!(AgentState::read(Some(path.clone())).file("p"), Some(file));
    }

    #[test]
    fn what_cannot_be_kept_is_not_added() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "").unwrap();
        let mut state = AgentState::read(Some(directory.path().join("file/state")));
        assert!(state.claim(&["p".into()], Path::new("/f")).is_err());
        assert_eq!(state.file("p"), None);
    }
}
