//! Options that name the kernel whose policy is changed or shown.

use std::path::PathBuf;

use super::target::{TargetArgs, features};
use crate::compiler::Compiler;
use crate::features::Features;
use crate::kernel::Kernel;

#[derive(clap::Args, Clone, Debug)]
pub(super) struct KernelArgs {
    /// AppArmor directory of securityfs [default: the first in /proc/mounts, usually /sys/kernel/security/apparmor]
    #[arg(long, value_name = "DIR")]
    securityfs: Option<PathBuf>,

    /// Mount point of procfs, searched for processes
    #[arg(long, value_name = "DIR", default_value = "/proc")]
    proc: PathBuf,
}

impl KernelArgs {
    pub(super) fn kernel(&self) -> Result<Kernel, String> {
        let kernel = match &self.securityfs {
            Some(directory) => Kernel::at(directory),
            None => Kernel::running().map_err(|error| error.to_string())?,
        };
        Ok(kernel.proc(&self.proc))
    }
}

/// The features to compile for: those that are named, else the kernel's. What is loaded is never compiled for a guess.
pub(super) fn kernel_features(kernel: &Kernel, target: &TargetArgs) -> Result<Features, String> {
    match &target.features {
        Some(name) => features(name),
        None => kernel
            .features()
            .map_err(|error| format!("{error}; use --features if the features of the kernel are not visible")),
    }
}

/// A compiler for that kernel. As everywhere, a file without `abi` rule is written for AppArmor 2.x unless features are named.
pub(super) fn compiler(target: &TargetArgs, features: Features) -> Compiler {
    let compiler = Compiler::new(features);
    target.configured(if target.features.is_some() { compiler } else { compiler.policy_features(None) })
}
