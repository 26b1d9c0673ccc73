//! A bound for profiles of others.

use thiserror::Error;

use super::{NewAccessFinding, NewAccessOptions, new_access};
use crate::analysis::diff::DiffError;
use crate::blob::{self, BlobProfile};
use crate::compiler::Compiled;

/// Pairs of states of an automaton that are visited: the profiles may come from somebody who wants to keep us busy.
const MAX_PAIRS: usize = 300_000;

/// A profile that bounds others: nobody may load one that allows more. Records of accesses do not count.
///
/// ```
/// use armorer::analysis::new_access::Baseline;
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let compile = |text: &str| compiler.compile(Input::text("p", text));
/// let baseline = Baseline::new(&compile("profile node { /srv/** rw, }")?)?;
/// assert!(baseline.check(&compile("profile web { /srv/web/** r, }")?)?.is_none());
/// let excess = baseline.check(&compile("profile web { /etc/shadow r, }")?)?.unwrap();
/// assert_eq!(excess.to_string(), "web: against node: file \"/etc/shadow\": new access: BASE denies, NEW allows r");
/// assert_eq!(baseline.name(), "node");
/// assert_eq!(Baseline::from_blob(compile("profile node { }")?.blob())?.name(), "node");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Baseline {
    profiles: Vec<BlobProfile>,
    name: String,
}

/// Reasons why there is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The bytes are no binary policy.
    #[error(transparent)]
    Read(#[from] blob::ReadError),
    /// There is no profile, or several, besides hats and children.
    #[error("a baseline is one profile, with its hats and children, and not {0}")]
    Number(usize),
    /// The name is not text.
    #[error("the name `{}` of the baseline is not text", .0)]
    Name(String),
}

impl Baseline {
    /// The profile of a policy.
    ///
    /// # Errors
    /// When there is no profile, or more than one besides hats and children.
    pub fn new(policy: &Compiled) -> Result<Self, BaselineError> {
        Self::of(policy.records().to_vec())
    }

    /// The profile of a binary policy.
    ///
    /// # Errors
    /// When the bytes are none, or there is no profile, or more than one besides hats and children.
    pub fn from_blob(bytes: &[u8]) -> Result<Self, BaselineError> {
        Self::of(blob::read(bytes)?)
    }

    fn of(profiles: Vec<BlobProfile>) -> Result<Self, BaselineError> {
        let is_child = |profile: &&BlobProfile| !profile.name.windows(2).any(|two| two == b"//");
        let mut own = profiles.iter().filter(is_child);
        let (Some(one), None) = (own.next(), own.next()) else {
            return Err(BaselineError::Number(profiles.iter().filter(is_child).count()));
        };
        let name = match &one.namespace {
            Some(namespace) => [b":", &**namespace, b":", &one.name].concat(),
            None => one.name.clone(),
        };
        let name = String::from_utf8(name)
            .map_err(|error| BaselineError::Name(error.as_bytes().escape_ascii().to_string()))?;
        Ok(Baseline { profiles, name })
    }

    /// The name of the profile.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The worst that a policy allows beyond it, or that is not proven to be within it; `None` where there is nothing.
    ///
    /// # Errors
    /// When the policy is one that no kernel would load.
    pub fn check(&self, policy: &Compiled) -> Result<Option<NewAccessFinding>, DiffError> {
        self.check_profiles(policy.records())
    }

    /// Checks like [`Baseline::check`], for profiles of a binary policy.
    pub(crate) fn check_profiles(&self, profiles: &[BlobProfile]) -> Result<Option<NewAccessFinding>, DiffError> {
        let options = NewAccessOptions::default().baseline(&self.name).ignore_audit(true).max_pairs(MAX_PAIRS);
        let found = new_access(&self.profiles, profiles, &options)?;
        // Of those that are equally bad the first.
        Ok(found.findings.into_iter().rev().max_by_key(|finding| finding.kind))
    }
}
