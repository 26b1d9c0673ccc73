//! Features that policy is compiled for and written for.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::options::{EarlyExit, ParserOptions};
use super::output::{StreamOutput, strerror};
use crate::features::{Features, FeaturesError};
use crate::kernel::Kernel;

/// The features that policy without an `abi` rule is written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PolicyFeatures {
    /// The features of old.
    Default,
    /// The features of the kernel.
    Kernel,
    Given(Features),
}

/// The features of the kernel.
#[derive(Clone, Debug)]
pub(super) struct KernelFeatures {
    pub(super) features: Features,
    /// Whether they are those of a kernel; else there is no cache for them.
    pub(super) found: bool,
}

/// The features in a file or directory.
pub(super) fn from_file(path: &OsStr, what: &str, output: &mut StreamOutput) -> Result<Features, EarlyExit> {
    Features::from_path(path).map_err(|error| {
        output.err_line(&format!("Failed to load {what} '{}': {}", path.display(), describe(&error)));
        EarlyExit(1)
    })
}

/// The features in a text.
pub(super) fn from_text(text: &OsStr, output: &mut StreamOutput) -> Result<Features, EarlyExit> {
    Features::parse(text.as_bytes()).map_err(|error| {
        output.err_line(&format!("Failed to parse features string: {}", describe(&error)));
        EarlyExit(1)
    })
}

/// The kernel's features: given ones, those of the running kernel, or what stands for them where there are none.
pub(super) fn of_kernel(options: &ParserOptions, output: &mut StreamOutput) -> KernelFeatures {
    if let Some(features) = &options.kernel_features {
        return KernelFeatures { features: features.clone(), found: true };
    }
    if let Some(features) = running() {
        return KernelFeatures { features, found: true };
    }
    if !options.skip_read_cache {
        output.err_line(
            "Cache read/write disabled: interface file missing. (Kernel needs AppArmor 2.4 compatibility patch.)",
        );
    }
    KernelFeatures { features: Features::fallback_kernel(), found: false }
}

fn running() -> Option<Features> {
    Kernel::running().ok()?.features().ok()
}

/// Returns the features that policy without an `abi` rule is written for; `None` for the default.
pub(super) fn of_policy(
    options: &ParserOptions,
    kernel: &KernelFeatures,
    output: &mut StreamOutput,
) -> Result<Option<Features>, EarlyExit> {
    match &options.policy_features {
        PolicyFeatures::Default => Ok(None),
        PolicyFeatures::Given(features) => Ok(Some(features.clone())),
        PolicyFeatures::Kernel if kernel.found => Ok(Some(kernel.features.clone())),
        PolicyFeatures::Kernel => {
            output.err_line("Failed to load kernel features into the policy-features abi: No such file or directory");
            Err(EarlyExit(1))
        }
    }
}

fn describe(error: &FeaturesError) -> String {
    match error {
        FeaturesError::Read { source, .. } => strerror(source),
        other => other.to_string(),
    }
}
