//! A kernel that accepts no policy since it failed to load some, and how it gets out of that.
//!
//! Each change of a namespace's policy has a number, and the bytes that were written are kept in a directory of that name. Where a
//! kernel fails late, it leaves the directory and takes the same number the next time: `EEXIST`. Whatever changes the number
//! without a new directory ends it: the removal of a profile, and a replacement by the bytes that a profile was loaded from,
//! which changes nothing else.

use std::fs;
use std::path::Path;

use super::{Kernel, KernelError, Operation, sets, tree};

impl Kernel {
    /// Has the kernel accept policy of a namespace again after it has answered with [`KernelError::Wedged`]: it writes what a
    /// loaded profile was loaded from once more. No profile changes, and no task loses its own.
    ///
    /// Returns `false` where no profile of the namespace allows that. What remains is to remove one of them, or the namespace, or
    /// to boot again where it has none.
    ///
    /// # Errors
    /// [`KernelError::Read`] where the policy tree cannot be read; [`KernelError::Write`] where policy cannot be written.
    pub fn recover(&self, namespace: Option<&[u8]>) -> Result<bool, KernelError> {
        let root = self.namespace_directory(namespace);
        let profiles = tree::list(&root.join("profiles")).map_err(|source| KernelError::read(&root, source))?;
        for profile in profiles {
            let Some(policy) = still_loaded(&root, &profile.path(), namespace) else { continue };
            match self.write_policy(Operation::Replace, &policy, String::new()) {
                Ok(()) => return Ok(true),
                Err(KernelError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

/// The source of a profile's policy.
#[cfg(feature = "cli")]
pub(crate) enum PolicyOrigin {
    /// It is not loaded.
    None,
    /// These bytes. Writing them once more changes no profile.
    Whole(Vec<u8>),
    /// The kernel does not keep them, or another profile of them has been replaced since.
    Unknown,
}

#[cfg(feature = "cli")]
impl Kernel {
    /// Returns the policy that a profile of the reader's namespace was loaded from.
    pub(crate) fn origin(&self, name: &[u8]) -> Result<PolicyOrigin, KernelError> {
        let root = self.namespace_directory(None);
        let found = tree::find(&root, name).map_err(|source| KernelError::read(&root, source))?;
        let Some(directory) = found else { return Ok(PolicyOrigin::None) };
        Ok(still_loaded(&root, &directory, None).map_or(PolicyOrigin::Unknown, PolicyOrigin::Whole))
    }
}

/// The bytes that a profile was loaded from, if all profiles in them are still what they were then.
fn still_loaded(root: &Path, profile: &Path, namespace: Option<&[u8]>) -> Option<Vec<u8>> {
    let policy = fs::read(profile.join("raw_data")).ok()?;
    let sets = sets::read(&policy).ok()?;
    let [set] = &sets[..] else { return None };
    let hash = raw_hash(profile)?;
    let unchanged = |name: &[u8]| {
        let directory = tree::find(root, name).ok().flatten();
        directory.and_then(|directory| raw_hash(&directory)).is_some_and(|own| own == hash)
    };
    let same = set.namespace.as_deref() == namespace && set.profiles.iter().all(|member| unchanged(&member.name));
    same.then_some(policy)
}

/// The hash of what a profile was loaded from.
fn raw_hash(profile: &Path) -> Option<Vec<u8>> {
    ["raw_sha256", "raw_sha1"].iter().find_map(|file| fs::read(profile.join(file)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::{self, BlobProfile};

    #[test]
    fn only_what_is_loaded_whole_is_written_again() {
        let policy = |names: &[&str]| {
            let profile =
                |name: &&str| BlobProfile { version: 7, name: name.as_bytes().into(), ..BlobProfile::default() };
            blob::write(&names.iter().map(profile).collect::<Vec<_>>()).unwrap()
        };
        let directory = tempfile::tempdir().unwrap();
        let kernel = Kernel::at(directory.path());
        let lay_out = |profile: &str, name: &str, hash: &str, policy: &[u8]| {
            let path = directory.path().join("policy/profiles").join(profile);
            fs::create_dir_all(&path).unwrap();
            for (file, text) in [("name", name.as_bytes()), ("raw_sha256", hash.as_bytes()), ("raw_data", policy)] {
                fs::write(path.join(file), text).unwrap();
            }
        };
        fs::write(directory.path().join(".replace"), "").unwrap();
        let written = || fs::read(directory.path().join(".replace")).unwrap();
        assert!(!kernel.recover(None).unwrap(), "nothing is loaded");

        // `a` was replaced after it was loaded together with `b`.
        lay_out("b.2", "b\n", "11", &policy(&["a", "b"]));
        lay_out("a.3", "a\n", "22", b"in another format");
        assert!(!kernel.recover(None).unwrap() && written().is_empty());
        lay_out("c.4", "c\n", "33", &policy(&["c"]));
        assert!(!kernel.recover(Some(b"ns")).unwrap() && written().is_empty());
        assert!(kernel.recover(None).unwrap());
        assert_eq!(written(), policy(&["c"]));
        fs::remove_file(directory.path().join(".replace")).unwrap();
        assert!(matches!(kernel.recover(None), Err(KernelError::Write { .. })));
    }
}
