//! Capabilities, which are masks and no strings.

use std::fmt;

use serde::{Serialize, Serializer};

use super::AccessError;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::words::RemainingWords;
use crate::analysis::names;
use crate::analysis::perms::mediates;
use crate::blob::BlobProfile;
use crate::vocab::{self, Vocabulary, classes};

/// Use of capabilities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CapabilityAccess {
    /// Their numbers.
    pub numbers: Vec<u8>,
}

impl CapabilityAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<CapabilityAccess, AccessError> {
        let mut numbers = Vec::new();
        while let Some(word) = words.next() {
            let Some(number) = vocab::Capability::from_word(word).map(vocab::Capability::number) else {
                return Err(AccessError::unknown(word, "no capability", vocab::Capability::words()));
            };
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        if numbers.is_empty() {
            numbers = vocab::Capability::ALL.iter().map(|capability| capability.number()).collect();
        }
        Ok(CapabilityAccess { numbers })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::default();
        // Kernels prefer the class of the automaton to the masks where it is there; no compiler writes it.
        let by_class = mediates(profile, classes::CAPABILITY);
        for &number in &self.numbers {
            let name = names::capability(number);
            if by_class {
                let string = MatchStrings::one(vec![classes::CAPABILITY, number >> 5]);
                plan.check(name, 1 << (number & 31), LookupPlace::Policy(string));
            } else {
                plan.check(name, 1, LookupPlace::Capability(number));
            }
        }
        plan
    }
}

impl fmt::Display for CapabilityAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("capability")?;
        if self.numbers.len() == vocab::Capability::ALL.len() {
            return Ok(());
        }
        self.numbers.iter().try_for_each(|&number| write!(f, " {}", names::capability(number)))
    }
}

/// Capabilities that differ the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedCapability {
    /// Their numbers; names when serialised, as far as there are any.
    #[serde(rename = "names", serialize_with = "by_name")]
    pub numbers: Vec<u8>,
}

impl fmt::Display for AskedCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As many as the masks have bits, and more than Linux has.
        if self.numbers.len() == 64 {
            f.write_str("every capability")
        } else {
            f.write_str("capability")?;
            self.numbers.iter().try_for_each(|&number| write!(f, " {}", names::capability(number)))
        }
    }
}

fn by_name<S: Serializer>(numbers: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.iter().map(|&number| names::capability(number)))
}
