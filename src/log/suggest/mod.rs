//! The least rule: what a profile has to allow for accesses that a log shows, and nothing else.

mod exact;
mod need;

pub use exact::{NoRule, exact};
pub use need::Need;
