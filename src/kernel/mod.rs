//! The AppArmor of the running kernel: policy through securityfs, labels of tasks through procfs.
//!
//! | what | where | kernel interface |
//! |---|---|---|
//! | load, replace, remove | [`Kernel::load`], [`Kernel::replace`], [`Kernel::remove`] | `.load`, `.replace`, `.remove`: one write a blob, all of it or nothing |
//! | what is loaded, with modes | [`Kernel::profiles`] | `profiles` |
//! | what is loaded, with hashes | [`Kernel::policy`] | the tree below `policy/` |
//! | what a blob will show there | [`hash::profiles`] | |
//! | namespaces | [`Kernel::namespaces`] and others | `policy/namespaces/` |
//! | labels of tasks | [`Kernel::tasks`], [`task`] | `/proc/PID/attr/apparmor/` |
//! | features | [`Kernel::features`] | `features/` |
//!
//! Nothing here knows the profile language. Loading needs `CAP_MAC_ADMIN` and user 0 of the initial user namespace; where that
//! or anything else is missing, [`KernelError`] explains it.
//!
//! # What kernels mishandle
//!
//! A kernel that fails to load a policy late, when it makes the directories of its profiles, leaves another directory behind. From then
//! on every load and every replacement in that namespace fails with `EEXIST`, whoever asks: it is *wedged*. Other profiles are not
//! refused although they should be. [`Kernel::load`] and [`Kernel::replace`] check every profile of a policy before they write anything
//! of it, and refuse these with [`KernelError::Hazard`]:
//!
//! | profile | Linux 6.1 | Linux 6.12 | Linux 7.2 | refused under |
//! |---|---|---|---|---|
//! | `a//b` whose parent `a` is not loaded and not in the policy, alone or after other profiles | refuses | refuses | **wedged** | `parent-missing` |
//! | `a//b` before its parent in one policy | **wedged** | refuses | **wedged** | `parent-missing` |
//! | empty parts: `x//`, `//x`, `//`, `x////y` | refuses, or loads it where the parent is loaded | the same | **wedged**, or the same | `name-unloadable` |
//! | parts `x//&y`, `x//..`, `x//../y` | refuses, or loads it where the parent is loaded; a stack has the name of the first | the same | **wedged**, or the same | `name-unloadable` |
//! | a part whose directory name is longer than 255 bytes | **wedged** | refuses | **wedged** | `name-unloadable` |
//! | one name twice in one policy | loads both, and keeps a directory of one for ever | the same | the same | `dup-profile` |
//! | a line end in the name | loads it; the list of profiles has a forged line | the same | the same | `name-unloadable` |
//! | other control characters | loads it | the same | the same | `name-unloadable` |
//! | a blank at the end of the name, to which the kernel counts the byte `A0` (the second of `à` in UTF-8) | loads it without the blank: it replaces the profile of that name | the same | the same | `name-unloadable` |
//! | a blank at the beginning of the name | loads it, and cannot remove it | the same | the same | `name-unloadable` |
//! | `:ns:x` as the name itself | loads `x` into the namespace `ns` | the same | the same | `name-unloadable` |
//! | a namespace with `:` or control characters | makes it; the list is ambiguous or forged | the same | the same | `name-unloadable` |
//! | a namespace with `/`, `.` or `..`, or of more than 255 bytes | refuses | refuses | refuses | `name-unloadable` |
//!
//! The directory of a profile has the last part of its name, without slashes and dots at its beginning and without what is neither a
//! letter, a digit, a blank nor one of `_-./` (by the tables of Latin 1), then a dot and a number that counts all profiles loaded in the
//! namespace. With a one-digit number 253 bytes remain for the name, with three digits 251. armorer takes up to 235, which leaves room
//! for any number. Otherwise the length of a name, the depth of nesting (1,000 levels were tried), the number of profiles in a policy, and
//! damaged policies (some 300 for each kernel) have no effect on other policy, and nothing that was tried leaves a confined task
//! unconfined. `tests/system/kernel/attacks.rs` tries the rows of the table on the three kernels.
//!
//! Two things end the wedged state: the removal of a loaded profile of that namespace, or a replacement of one by exactly the bytes that
//! it was loaded from, which changes nothing else. Neither changes of other namespaces, nor new namespaces, nor failed removals, nor time
//! do. [`Kernel::load`] and [`Kernel::replace`] do the second by themselves ([`Kernel::recover`]), with the bytes that the kernel keeps
//! of a profile. Only where none is loaded, they fail with [`KernelError::Wedged`]: then the namespace can be removed, or the machine
//! booted again.
//!
//! ```no_run
//! use armorer::{Compiler, Input, kernel::Kernel};
//!
//! let kernel = Kernel::running()?;
//! let compiler = Compiler::new(kernel.features()?);
//! kernel.replace(&compiler.compile(Input::path("/etc/apparmor.d/demo"))?)?;
//! for profile in kernel.profiles()? {
//!     println!("{profile}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checks;
mod error;
pub mod hash;
mod label;
mod namespaces;
mod policy;
mod profiles;
mod recovery;
mod sets;
pub mod task;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use crate::features::{Features, FeaturesError};

pub use crate::blob::ReadError;
pub use crate::policy::names::NameFault;
pub use checks::Hazard;
#[cfg(feature = "cli")]
pub(crate) use error::strerror;
pub use error::{KernelError, Operation};
pub use label::{Mode, TaskLabel};
pub use policy::LoadablePolicy;
pub use profiles::LoadedProfile;
#[cfg(feature = "cli")]
pub(crate) use recovery::PolicyOrigin;
pub use task::Task;
pub use tree::PolicyEntry;

/// The directory where every init system mounts securityfs.
const SECURITYFS: &str = "/sys/kernel/security";

/// A kernel's AppArmor: a directory of securityfs, and the process file system beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    directory: PathBuf,
    proc: PathBuf,
    /// Whether one write may hold several profiles.
    sets: bool,
}

impl Kernel {
    /// The kernel that runs: the `apparmor` directory of the first securityfs in `/proc/mounts` that has one, else of
    /// `/sys/kernel/security`.
    ///
    /// # Errors
    /// [`KernelError::NoInterface`] where there is none: AppArmor is off, or securityfs is not to be seen, as in most containers.
    pub fn running() -> Result<Kernel, KernelError> {
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let mounted = mount_points(&mounts);
        let directory = mounted.chain([PathBuf::from(SECURITYFS)]).map(|point| point.join("apparmor"));
        let directory = directory.into_iter().find(|directory| directory.is_dir()).ok_or(KernelError::NoInterface)?;
        let sets = directory.join("features/policy/set_load").exists();
        Ok(Kernel { directory, proc: "/proc".into(), sets })
    }

    /// A directory that has what a kernel's has: securityfs mounted elsewhere, or plain files that stand for it.
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Kernel {
        Kernel { directory: directory.into(), proc: "/proc".into(), sets: true }
    }

    /// Sets the directory where processes are looked up, if that is not `/proc`: the host's, in a container that has it mounted.
    #[must_use]
    pub fn proc(mut self, directory: impl Into<PathBuf>) -> Kernel {
        self.proc = directory.into();
        self
    }

    /// The directory of securityfs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the directory where processes are looked up.
    #[must_use]
    pub fn processes(&self) -> &Path {
        &self.proc
    }

    /// Returns the features of the kernel.
    ///
    /// # Errors
    /// As [`Features::from_directory`].
    pub fn features(&self) -> Result<Features, FeaturesError> {
        Features::from_directory(self.directory.join("features"))
    }

    /// Returns the number of changes of the policy of the reader's namespace.
    ///
    /// # Errors
    /// [`KernelError::Read`] where the file cannot be read.
    pub fn revision(&self) -> Result<u64, KernelError> {
        // The kernel answers a second read only when the number changes.
        let text = read_once(&self.directory.join("revision"))?;
        Ok(text.trim_ascii().iter().fold(0, |number: u64, digit| {
            number.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0').min(9)))
        }))
    }
}

/// The mount points of securityfs in the text of `/proc/mounts`, where blanks in paths are written as `\040`.
fn mount_points(mounts: &str) -> impl Iterator<Item = PathBuf> {
    mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        (kind == "securityfs").then(|| PathBuf::from(point.replace("\\040", " ")))
    })
}

/// Reads a file that the kernel generates in a single read.
fn read_once(path: &Path) -> Result<Vec<u8>, KernelError> {
    use std::io::Read;
    let mut text = vec![0; 4096];
    let read = fs::File::open(path).and_then(|mut file| file.read(&mut text));
    let read = read.map_err(|source| KernelError::read(path, source))?;
    text.truncate(read);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts() {
        let text = "sysfs /sys sysfs rw 0 0\nsecurityfs /a\\040b securityfs rw 0 0\nx securityfs ext4 rw 0 0\n";
        assert!(mount_points(text).eq([PathBuf::from("/a b")]));
    }

    #[test]
    fn the_revision_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("revision"), "42\n").unwrap();
        assert_eq!(Kernel::at(directory.path()).revision().unwrap(), 42);
    }
}
