//! Changes of the policy.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use super::error::quoted;
use super::sets::{self, ProfileSet};
use super::{Kernel, KernelError, Operation};
use crate::blob::{self, ReadError};
use crate::compiler::Compiled;

/// Binary policy for a kernel: the bytes of a blob, or what a compiler has made, which need not be read again.
///
/// ```
/// use armorer::kernel::{LoadablePolicy, hash};
/// use armorer::{Compiler, Features, Input};
///
/// let compiled = Compiler::new(Features::builtin("linux-7.2").unwrap()).compile(Input::text("t", "profile a { }"))?;
/// assert_eq!(hash::profiles(&compiled)?, hash::profiles(LoadablePolicy::from(compiled.blob()))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LoadablePolicy<'a> {
    bytes: &'a [u8],
    compiled: Option<&'a Compiled>,
}

impl<'a> LoadablePolicy<'a> {
    /// The bytes of the blob.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn sets(self) -> Result<Vec<ProfileSet>, ReadError> {
        match self.compiled {
            Some(compiled) => Ok(sets::of(compiled.profiles())),
            None => sets::read(self.bytes),
        }
    }
}

impl<'a> From<&'a [u8]> for LoadablePolicy<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        LoadablePolicy { bytes, compiled: None }
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for LoadablePolicy<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        LoadablePolicy { bytes, compiled: None }
    }
}

impl<'a> From<&'a Vec<u8>> for LoadablePolicy<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        LoadablePolicy { bytes, compiled: None }
    }
}

impl<'a> From<&'a Compiled> for LoadablePolicy<'a> {
    fn from(compiled: &'a Compiled) -> Self {
        LoadablePolicy { bytes: compiled.blob(), compiled: Some(compiled) }
    }
}

impl Kernel {
    /// Loads the profiles of a blob, all of which must be new: all of them, or none.
    ///
    /// Children come after their parents, as [`Compiler`](crate::Compiler) arranges it. A kernel takes the profiles of one
    /// namespace at a time: a blob that has several is one change for each, in its order. All are checked before the first is
    /// written. A compressed policy is decompressed for that, and written plain. A kernel that accepts no policy is recovered
    /// first, if it can be ([`Kernel::recover`]).
    ///
    /// # Errors
    /// [`KernelError::Blob`] for bytes that cannot be read and so not be checked; [`KernelError::Hazard`] where the kernel would
    /// mishandle a profile; [`KernelError::Refused`] with the kernel's reason; [`KernelError::Wedged`] where it accepts no
    /// policy and cannot be recovered; [`KernelError::Write`] where its file cannot be opened.
    pub fn load<'a>(&self, blob: impl Into<LoadablePolicy<'a>>) -> Result<(), KernelError> {
        self.submit(Operation::Load, blob.into())
    }

    /// Loads the profiles of a blob in place of those that have their names: all of them, or none. Tasks that run under a
    /// replaced profile go on under the new one. Children that the blob does not have stay loaded.
    ///
    /// # Errors
    /// As [`Kernel::load`].
    pub fn replace<'a>(&self, blob: impl Into<LoadablePolicy<'a>>) -> Result<(), KernelError> {
        self.submit(Operation::Replace, blob.into())
    }

    /// Removes a profile with its children (`name`, `:ns://name`), or a namespace (`:ns:`). **Tasks that run under it become
    /// unconfined**: look at [`Kernel::tasks`] first.
    ///
    /// # Errors
    /// [`KernelError::Refused`] with the kernel's reason; [`KernelError::Write`] where its file cannot be opened.
    pub fn remove(&self, name: &[u8]) -> Result<(), KernelError> {
        let mut bytes = name.to_vec();
        bytes.push(0);
        self.write_policy(Operation::Remove, &bytes, quoted(name))
    }

    /// Writes bytes as they are, in one write, for the kernel to judge. **Nothing is checked:** a single profile that the kernel
    /// mishandles can keep it from accepting any policy until the next boot. No command does this.
    ///
    /// # Errors
    /// [`KernelError::Refused`] with the kernel's reason; [`KernelError::Write`] where its file cannot be opened.
    pub fn submit_unread(&self, operation: Operation, bytes: &[u8]) -> Result<(), KernelError> {
        self.write_policy(operation, bytes, "the policy".into())
    }

    fn submit(&self, operation: Operation, policy: LoadablePolicy<'_>) -> Result<(), KernelError> {
        if policy.bytes().is_empty() {
            return Ok(());
        }
        let bytes = blob::decompress(policy.bytes())?;
        let sets = if blob::is_compressed(policy.bytes()) { sets::read(&bytes)? } else { policy.sets()? };
        self.check(operation, &sets)?;
        for set in sets {
            let piece = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
            // A kernel without `policy/set_load` takes one profile a write.
            let changes = if self.sets { vec![set] } else { set.single() };
            for change in changes {
                self.write_set(operation, piece(&change.bytes), &change)?;
            }
        }
        Ok(())
    }

    fn write_set(&self, operation: Operation, bytes: &[u8], set: &ProfileSet) -> Result<(), KernelError> {
        let attempt = || {
            let written = self.write_policy(operation, bytes, described(set));
            written.map_err(|error| self.explained(error, set))
        };
        match attempt() {
            Err(error) if error.is_wedged() && self.recover(set.namespace.as_deref()).unwrap_or(false) => attempt(),
            result => result,
        }
    }

    /// `EEXIST` for profiles that are not there is no answer about them.
    fn explained(&self, error: KernelError, set: &ProfileSet) -> KernelError {
        let namespace = set.namespace.as_deref();
        match error {
            KernelError::Refused { operation, what, source }
                if source.kind() == io::ErrorKind::AlreadyExists
                    && (operation == Operation::Replace
                        || set
                            .profiles
                            .iter()
                            .all(|member| matches!(self.has(namespace, &member.name), Ok(false)))) =>
            {
                KernelError::Wedged { operation, what, namespace: namespace.map(<[u8]>::to_vec), source }
            }
            error => error,
        }
    }

    pub(super) fn write_policy(&self, operation: Operation, bytes: &[u8], what: String) -> Result<(), KernelError> {
        let path = self.directory.join(operation.file());
        let mut file =
            OpenOptions::new().write(true).open(&path).map_err(|source| KernelError::write(&path, source))?;
        write_at_once(&mut file, bytes).map_err(|source| KernelError::Refused { operation, what, source })
    }
}

/// One write: the kernel takes what comes in one as one change.
pub(super) fn write_at_once(file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(written) if written == bytes.len() => return Ok(()),
            Ok(_) => return Err(io::ErrorKind::WriteZero.into()),
        }
    }
}

/// Writes to a file that the kernel makes up.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_at_once(&mut OpenOptions::new().write(true).open(path)?, bytes)
}

/// The profiles of a set in words.
fn described(set: &ProfileSet) -> String {
    let first = set.profiles.first().map(|member| quoted(&set.listed(member))).unwrap_or_default();
    match set.profiles.len() {
        0 | 1 => first,
        more => format!("{first} and {} more", more - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    fn blob() -> Vec<u8> {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        compiler.compile(Input::text("t", "profile a { ^h { } }\nprofile b { }\n")).unwrap().into_blob()
    }

    /// A directory with plain files for those of securityfs.
    fn plain() -> (tempfile::TempDir, Kernel) {
        let directory = tempfile::tempdir().unwrap();
        for file in [".load", ".replace", ".remove"] {
            std::fs::write(directory.path().join(file), "").unwrap();
        }
        let kernel = Kernel::at(directory.path());
        (directory, kernel)
    }

    #[test]
    fn a_blob_is_one_write() {
        let (directory, kernel) = plain();
        kernel.replace(&blob()).unwrap();
        assert_eq!(std::fs::read(directory.path().join(".replace")).unwrap(), blob());
        kernel.load(b"").unwrap();
        assert!(matches!(kernel.load(b"no policy"), Err(KernelError::Blob(_))));
        kernel.submit_unread(Operation::Load, b"").unwrap();
        assert_eq!(std::fs::read(directory.path().join(".load")).unwrap(), b"");
        kernel.remove(b":ns://b").unwrap();
        assert_eq!(std::fs::read(directory.path().join(".remove")).unwrap(), b":ns://b\0");
    }

    #[test]
    fn a_compressed_policy_is_checked_and_written_plain() {
        let (directory, kernel) = plain();
        let packed = |plain: &[u8]| {
            let frame = ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest);
            [&[1, 3, 0, 0, 0, 0, 0, 0][..], &frame].concat()
        };
        kernel.replace(&packed(&blob())).unwrap();
        assert_eq!(std::fs::read(directory.path().join(".replace")).unwrap(), blob());
        let orphan = blob::BlobProfile { version: 7, name: b"x//y".to_vec(), ..blob::BlobProfile::default() };
        let error = kernel.load(&packed(&blob::write(&[orphan]).unwrap())).unwrap_err();
        assert!(matches!(error, KernelError::Hazard { .. }), "{error}");
        assert!(matches!(kernel.load(&packed(b"no policy")), Err(KernelError::Blob(_))));
        assert!(std::fs::read(directory.path().join(".load")).unwrap().is_empty());
    }

    #[test]
    fn an_answer_about_nothing() {
        let (directory, kernel) = plain();
        let set = sets::read(&blob()).unwrap().remove(0);
        let answer = |operation, number| {
            let source = io::Error::from_raw_os_error(number);
            kernel.explained(KernelError::Refused { operation, what: described(&set), source }, &set)
        };
        assert!(answer(Operation::Load, 17).is_wedged());
        assert!(!answer(Operation::Load, 2).is_wedged());
        let profile = directory.path().join("policy/profiles/b.7");
        std::fs::create_dir_all(&profile).unwrap();
        std::fs::write(profile.join("name"), "b\n").unwrap();
        assert!(!answer(Operation::Load, 17).is_wedged(), "one of them is loaded");
        assert!(answer(Operation::Replace, 17).is_wedged());
    }

    #[test]
    fn an_old_kernel_gets_profile_by_profile() {
        let (directory, mut kernel) = plain();
        kernel.sets = false;
        kernel.load(&blob()).unwrap();
        // Each write starts at the front of the plain file; the first was the longest, or as long.
        let written = std::fs::read(directory.path().join(".load")).unwrap();
        let names: Vec<_> = blob::read(&blob()).unwrap().into_iter().map(|profile| profile.name).collect();
        assert_eq!(names, [&b"a"[..], b"a//h", b"b"]);
        assert!(written.len() < blob().len());
        assert!(kernel.load(b"no policy").is_err());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Kernel::at("/no/such").replace(&blob()).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/.replace: ENOENT"), "{error}");
        assert_eq!(described(&sets::read(&blob()).unwrap()[0]), "\"a\" and 2 more");
    }
}
