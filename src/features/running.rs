//! The features of the running kernel: the one place that knows where Linux shows them.

use super::{Features, FeaturesError};

/// The directory of AppArmor's features below the place where every init system mounts securityfs.
#[cfg(target_os = "linux")]
const DIRECTORY: &str = "/sys/kernel/security/apparmor/features";

impl Features {
    /// The features of the running kernel.
    ///
    /// ```no_run
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::running()?);
    /// compiler.compile(Input::path("/etc/apparmor.d/usr.bin.man"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FeaturesError::Read`] where AppArmor is off or its directory is not to be seen, as in most containers;
    /// [`FeaturesError::NotLinux`] elsewhere than on Linux.
    #[cfg(target_os = "linux")]
    pub fn running() -> Result<Features, FeaturesError> {
        Features::from_directory(DIRECTORY)
    }

    /// The features of the running kernel, which this is none of.
    ///
    /// # Errors
    /// Always [`FeaturesError::NotLinux`].
    #[cfg(not(target_os = "linux"))]
    pub fn running() -> Result<Features, FeaturesError> {
        Err(FeaturesError::NotLinux)
    }
}
