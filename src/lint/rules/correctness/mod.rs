//! AA02: what does not do what it looks like.

pub(super) mod attachment;
pub(super) mod children;
pub(super) mod directory;
pub(super) mod duplicates;
pub(super) mod missing;
pub(super) mod one_sided;
pub(super) mod paths;
pub(super) mod subsumed;
pub(super) mod variables;
