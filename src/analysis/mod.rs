//! Analysis of compiled policies: the accesses that a decoded blob allows, and the differences between two blobs in that.
//!
//! Everything here works on the tables that the kernel walks, not on profile text, so it sees what the kernel sees.
//! [`perms`] maps the two encodings of permissions (packed words; tables of entries) into one form, [`diff()`] compares two
//! policies by meaning, with a shortest string on which they differ, which [`access::Asked`] puts in the user's terms; [`dump()`] takes
//! a policy apart, field by field. [`query`] answers whether a policy allows one [`access`], and, where it comes from text, which rules
//! decide that. `search` asks all profiles at once, and for whole patterns; `graph` finds the ways from one profile to another.
//!
//! Chains of diff-encoded states are resolved in every automaton, the attachment automaton included: that is what the
//! tables mean. The attachment matcher of Linux 7.2 does not resolve them, so a blob with a diff-encoded attachment can be
//! equal by this judgement and still not attach; no comparison of meanings can show that, only not writing such blobs.

pub mod access;
#[doc(hidden)]
pub mod classes;
#[cfg(feature = "new-access")]
pub mod compat;
mod describe;
mod diff;
mod difference;
#[doc(hidden)]
pub mod dump;
mod fields;
#[cfg(feature = "new-access")]
pub mod graph;
pub(crate) mod names;
mod networks;
#[cfg(feature = "new-access")]
pub mod new_access;
#[doc(hidden)]
pub mod perms;
mod product;
pub mod query;
mod rules;
#[cfg(feature = "new-access")]
pub mod search;
#[cfg(feature = "suite")]
pub mod suite;
#[cfg(any(feature = "log", feature = "suite"))]
pub(crate) mod used;

pub use access::{Access, AccessError};
pub use diff::{DiffError, DiffOptions, diff};
pub use difference::{Diff, Difference, ProfilePart, Witness};
#[doc(hidden)]
pub use dump::{Dump, dump};
#[doc(hidden)]
pub use perms::{ClassPerms, ExecTransition, FilePerms, FilePermsHalf, RareWords, TransitionTarget};
pub use query::{Answer, QueryError, Subject, is_blob};
pub use rules::{DecidingRules, RulePlace, Side};

#[cfg(test)]
mod tests;
