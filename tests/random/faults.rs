//! Which differences are there on purpose: a predicate for each fault of the reference.
//!
//! The numbers are those of the list that says where apparmor_parser 5.0.2 is wrong; `tests/differential/known.md` has an
//! example of each. A predicate holds when armorer has told the user about the fault in this very text, and the finding is one
//! that the fault can cause. Everything else is a bug.

use crate::compare::{Case, Finding};

/// A fault of the reference: its number, and whether it explains a finding.
type Fault = (u8, fn(&Case<'_>, &Finding) -> bool);

/// In order of their numbers.
const FAULTS: [Fault; 0] = [];

/// The number of the fault that explains a finding.
pub(crate) fn explain(case: &Case<'_>, finding: &Finding) -> Option<u8> {
    FAULTS.iter().find(|(_, explains)| explains(case, finding)).map(|(number, _)| *number)
}
