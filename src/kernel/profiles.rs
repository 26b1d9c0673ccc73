//! The list of loaded profiles.

use std::fmt;
use std::fs;

use serde::Serialize;

use super::{Kernel, KernelError, Mode, TaskLabel};

/// A line of the kernel's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadedProfile {
    /// The full name, as seen by the reader: `parent//child`, `:ns:name`.
    pub name: Vec<u8>,
    /// Its mode; `None` for a word that this version does not know.
    pub mode: Option<Mode>,
}

impl fmt::Display for LoadedProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.name))?;
        self.mode.map_or(Ok(()), |mode| write!(f, " ({mode})"))
    }
}

impl Serialize for LoadedProfile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TaskLabel { name: self.name.clone(), mode: self.mode }.serialize(serializer)
    }
}

impl Kernel {
    /// The loaded profiles, hats and children among them, by name. Profiles of the reader's namespace and those below it.
    ///
    /// # Errors
    /// [`KernelError::Read`]: the kernel shows the list to privileged readers only.
    pub fn profiles(&self) -> Result<Vec<LoadedProfile>, KernelError> {
        let path = self.directory.join("profiles");
        let text = fs::read(&path).map_err(|source| KernelError::read(&path, source))?;
        let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let mut profiles: Vec<LoadedProfile> = lines
            .map(|line| {
                let TaskLabel { name, mode } = TaskLabel::parse(line);
                LoadedProfile { name, mode }
            })
            .collect();
        profiles.sort();
        Ok(profiles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list() {
        let directory = tempfile::tempdir().unwrap();
        let text = "a//h (enforce)\na (complain)\nq w (kill)\n::nsc::two (user)\n";
        fs::write(directory.path().join("profiles"), text).unwrap();
        let profiles = Kernel::at(directory.path()).profiles().unwrap();
        let shown: Vec<String> = profiles.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["::nsc::two (user)", "a (complain)", "a//h (enforce)", "q w (kill)"]);
        assert!(Kernel::at("/no/such").profiles().is_err());
    }
}
