//! The least rule: what a profile has to allow for accesses that a log shows, and nothing else.
//!
//! A [`Need`] is an access of a profile. [`exact`](fn@exact) writes the rule that allows it alone. A [`SuggestionPlan`] asks the
//! policy of a [`SuggestTree`] about each need: what is allowed already and what a rule of the user denies is reported as such; for
//! the others there are [`Candidate`]s, the exact rule and more general ones with the tree's own variables, ranked by what each would
//! [open](AddedAccess). What raises a finding of the linter's danger family is a [decision](SuggestionPlan::decisions). The
//! [changes](SuggestionPlan::changes) put what is picked into the files, after which the same needs suggest nothing.

mod candidate;
mod changes;
mod exact;
mod general;
mod measure;
mod need;
mod plan;
mod together;
mod tree;

pub use candidate::{Candidate, CandidateFinding};
pub use changes::FileChange;
#[cfg(feature = "cli")]
pub(crate) use exact::all as all_exact;
pub use exact::{NoRule, exact};
pub use measure::AddedAccess;
pub use need::Need;
pub use plan::{SuggestError, SuggestOptions, Suggestion, SuggestionOutcome, SuggestionPlan};
pub use tree::SuggestTree;
#[cfg(feature = "cli")]
pub(crate) use tree::named;

#[cfg(test)]
mod tests;
