//! Puts back the policy that was loaded, after other policy was loaded for a while.

use crate::cli::steps::shown_bytes;
use crate::compiler::Compiled;
use crate::kernel::{Kernel, KernelError, PolicyOrigin};

/// Policy that is to be put back.
pub(super) struct PreviousPolicy<'a> {
    kernel: &'a Kernel,
    /// The bytes that the profiles were loaded from, each once.
    policies: Vec<Vec<u8>>,
    /// Names in the kernel's list that were not loaded, children after their parents.
    new: Vec<Vec<u8>>,
}

impl<'a> PreviousPolicy<'a> {
    /// Reads what the profiles of a policy are now. If it cannot be put back, that is an error before anything is changed.
    pub(super) fn of(kernel: &'a Kernel, policy: &Compiled) -> Result<PreviousPolicy<'a>, String> {
        let mut before = PreviousPolicy { kernel, policies: Vec::new(), new: Vec::new() };
        for profile in policy.profiles() {
            let shown = shown_bytes(&profile.name);
            if profile.namespace.is_some() {
                return Err(format!("{shown}: profiles of a namespace cannot be learned"));
            }
            match kernel.origin(&profile.name).map_err(|error| error.to_string())? {
                PolicyOrigin::None => before.new.push(profile.name.to_vec()),
                PolicyOrigin::Whole(bytes) if before.policies.contains(&bytes) => {}
                PolicyOrigin::Whole(bytes) => before.policies.push(bytes),
                PolicyOrigin::Unknown => {
                    return Err(format!(
                        "{shown}: the kernel does not report what it was loaded from, so that it could not be restored; load its file \
                         with `armorer replace` first"
                    ));
                }
            }
        }
        Ok(before)
    }

    /// Puts all of it back. What fails does not keep the rest.
    pub(super) fn put_back(self) -> Result<(), String> {
        let mut failures = Vec::new();
        for policy in &self.policies {
            if let Err(error) = self.kernel.replace(policy) {
                failures.push(error.to_string());
            }
        }
        for name in self.new.iter().filter(|name| !self.goes_with_parent(name)) {
            match self.kernel.remove(name) {
                Ok(()) => {}
                // Nothing was loaded.
                Err(KernelError::Refused { .. }) if matches!(self.kernel.origin(name), Ok(PolicyOrigin::None)) => {}
                Err(error) => failures.push(error.to_string()),
            }
        }
        if failures.is_empty() {
            return Ok(());
        }
        Err(format!("the policy that was loaded before is not restored: {}; see `armorer status`", failures.join("; ")))
    }

    /// Whether the removal of a profile around this one takes it along.
    fn goes_with_parent(&self, name: &[u8]) -> bool {
        self.new.iter().any(|other| name.strip_prefix(&**other).is_some_and(|rest| rest.starts_with(b"//")))
    }
}
