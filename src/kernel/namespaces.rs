//! Policy namespaces: sets of profiles that know nothing of each other.

use std::fs;
use std::path::PathBuf;

use super::{Kernel, KernelError};

impl Kernel {
    /// The namespaces directly below the reader's, by name.
    ///
    /// # Errors
    /// [`KernelError::Read`].
    pub fn namespaces(&self) -> Result<Vec<String>, KernelError> {
        let path = self.directory.join("policy/namespaces");
        let entries = fs::read_dir(&path).map_err(|source| KernelError::read(&path, source))?;
        let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    /// Makes a namespace. Loading a policy that names one makes it, too.
    ///
    /// # Errors
    /// [`KernelError::Write`].
    pub fn create_namespace(&self, name: &str) -> Result<(), KernelError> {
        let path = self.namespace_path(name);
        fs::create_dir(&path).map_err(|source| KernelError::write(&path, source))
    }

    /// Removes a namespace and everything in it. Tasks that run under its profiles become unconfined.
    ///
    /// # Errors
    /// [`KernelError::Write`].
    pub fn remove_namespace(&self, name: &str) -> Result<(), KernelError> {
        let path = self.namespace_path(name);
        fs::remove_dir(&path).map_err(|source| KernelError::write(&path, source))
    }

    fn namespace_path(&self, name: &str) -> PathBuf {
        self.directory.join("policy/namespaces").join(name)
    }
}
