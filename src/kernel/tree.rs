//! The policy tree of securityfs: what is loaded, in detail.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::hash::PolicyHash;
use super::{Kernel, KernelError, Mode};
use crate::policy::names;

/// Deeper nesting than any kernel allows.
const MAX_DEPTH: usize = 64;

/// A loaded profile as the policy tree shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyEntry {
    /// The full name, as in the list: `parent//child`, `:ns:name`. Bytes that are no UTF-8 are replaced.
    pub name: String,
    /// Its mode.
    pub mode: Option<Mode>,
    /// The attachment: as text where the kernel has that, else `<unknown>`, or the name where it attaches to nothing.
    pub attach: String,
    /// The hash of the profile; see [`hash`](super::hash). `None` where the kernel does not keep it.
    pub hash: Option<PolicyHash>,
    /// The hash of the write that it came with.
    pub raw_hash: Option<PolicyHash>,
}

impl Kernel {
    /// The policy tree: every profile of the reader's namespace and those below it, by name.
    ///
    /// # Errors
    /// [`KernelError::Read`].
    pub fn policy(&self) -> Result<Vec<PolicyEntry>, KernelError> {
        let mut entries = Vec::new();
        let root = self.directory.join("policy");
        namespace(&root, "", 0, &mut entries).map_err(|source| KernelError::read(&root, source))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Returns `true` for a loaded profile. The tree is asked, not the list, whose lines a name with a line end forges.
    pub(super) fn has(&self, namespace: Option<&[u8]>, name: &[u8]) -> Result<bool, KernelError> {
        let root = self.namespace_directory(namespace);
        find(&root, name).map(|found| found.is_some()).map_err(|source| KernelError::read(&root, source))
    }

    /// The directory of a namespace in the tree.
    pub(super) fn namespace_directory(&self, namespace: Option<&[u8]>) -> PathBuf {
        let root = self.directory.join("policy");
        namespace
            .into_iter()
            .flat_map(names::parts)
            .fold(root, |path, part| path.join("namespaces").join(OsStr::from_bytes(part)))
    }
}

/// The directory of a profile, given that of its namespace.
pub(super) fn find(root: &Path, name: &[u8]) -> io::Result<Option<PathBuf>> {
    let mut directory = root.to_owned();
    for part in names::parts(name) {
        let has_name = |profile: &fs::DirEntry| {
            let text = fs::read(profile.path().join("name")).unwrap_or_default();
            text.strip_suffix(b"\n") == Some(part)
        };
        match list(&directory.join("profiles"))?.into_iter().find(has_name) {
            Some(profile) => directory = profile.path(),
            None => return Ok(None),
        }
    }
    Ok(Some(directory))
}

/// Profiles of a namespace (`path` is that of the namespaces above it, joined by `//`), and of those in it.
fn namespace(directory: &Path, path: &str, depth: usize, entries: &mut Vec<PolicyEntry>) -> io::Result<()> {
    let prefix = if path.is_empty() { String::new() } else { format!(":{path}:") };
    profiles(&directory.join("profiles"), &prefix, depth, entries)?;
    for inner in list(&directory.join("namespaces"))? {
        let name = inner.file_name();
        let name = name.to_string_lossy();
        let path = if path.is_empty() { name.into_owned() } else { format!("{path}//{name}") };
        if depth < MAX_DEPTH {
            namespace(&inner.path(), &path, depth + 1, entries)?;
        }
    }
    Ok(())
}

fn profiles(directory: &Path, prefix: &str, depth: usize, entries: &mut Vec<PolicyEntry>) -> io::Result<()> {
    for profile in list(directory)? {
        let path = profile.path();
        let read = |file: &str| -> Option<String> {
            let text = fs::read(path.join(file)).ok()?;
            let text = text.strip_suffix(b"\n").unwrap_or(&text);
            Some(String::from_utf8_lossy(text).into_owned())
        };
        // A profile that was removed meanwhile has no files.
        let Some(name) = read("name") else { continue };
        let name = format!("{prefix}{name}");
        let hash = |sha256: &str, sha1: &str| {
            read(sha256).map(PolicyHash::Sha256).or_else(|| read(sha1).map(PolicyHash::Sha1))
        };
        entries.push(PolicyEntry {
            mode: read("mode").and_then(|mode| Mode::from_word(mode.as_bytes())),
            attach: read("attach").unwrap_or_default(),
            hash: hash("sha256", "sha1"),
            raw_hash: hash("raw_sha256", "raw_sha1"),
            name: name.clone(),
        });
        let children = path.join("profiles");
        if depth < MAX_DEPTH && children.is_dir() {
            profiles(&children, &format!("{name}//"), depth + 1, entries)?;
        }
    }
    Ok(())
}

pub(super) fn list(directory: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_and_namespaces() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("policy");
        let lay_out = |path: &str, files: &[(&str, &str)]| {
            let path = root.join(path);
            fs::create_dir_all(path.join("profiles")).unwrap();
            files.iter().for_each(|(file, text)| fs::write(path.join(file), text).unwrap());
        };
        lay_out("profiles/a.1", &[("name", "a\n"), ("mode", "enforce\n"), ("sha256", "00\n"), ("raw_sha256", "11\n")]);
        lay_out("profiles/a.1/profiles/h.2", &[("name", "h\n"), ("mode", "complain\n"), ("sha1", "22\n")]);
        lay_out("namespaces/ns/profiles/a.1", &[("name", "a\n"), ("mode", "kill\n"), ("attach", "/b\n")]);
        lay_out("namespaces/ns/namespaces/deep/profiles/c.1", &[("name", "c\n"), ("mode", "user\n")]);
        let entries = Kernel::at(directory.path()).policy().unwrap();
        let names: Vec<_> = entries.iter().map(|entry| (&entry.name[..], entry.mode)).collect();
        assert_eq!(
            names,
            [
                (":ns//deep:c", Some(Mode::Prompt)),
                (":ns:a", Some(Mode::Kill)),
                ("a", Some(Mode::Enforce)),
                ("a//h", Some(Mode::Complain)),
            ]
        );
        assert_eq!(entries[2].raw_hash, Some(PolicyHash::Sha256("11".into())));
        assert_eq!(entries[3].hash, Some(PolicyHash::Sha1("22".into())));
        assert_eq!(entries[1].attach, "/b");

        let kernel = Kernel::at(directory.path());
        for (namespace, name, has) in [
            (None, "a", true),
            (None, "a//h", true),
            (None, "h", false),
            (Some("ns"), "a", true),
            (Some("ns"), "a//h", false),
            (Some("ns//deep"), "c", true),
            (Some("deep"), "c", false),
        ] {
            let found = kernel.has(namespace.map(str::as_bytes), name.as_bytes()).unwrap();
            assert_eq!(found, has, "{namespace:?} {name}");
        }
    }
}
