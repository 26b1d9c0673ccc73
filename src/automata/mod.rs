//! Patterns over bytes → NFA → DFA → minimal DFA → packed tables. Knows bytes and opaque labels only.

#![allow(missing_docs)]

mod builder;
mod byte_set;
mod classes;
mod determinise;
mod dfa;
mod diff;
mod graph;
mod interner;
#[cfg(test)]
mod laws;
mod minimise;
mod nfa;
mod order;
mod pack;
pub mod pattern;
pub mod tables;

pub use builder::{BuildError, Builder, Config};
pub use byte_set::ByteSet;
pub use dfa::{ClassifiedDfa, Dfa, LabelSetId, Unclassified};
pub use minimise::MinimalDfa;
pub use pack::{PackError, PackOptions};
pub use pattern::{Pattern, Symbol};
pub use tables::{TableError, Tables};

/// The caller's name for a pattern, or for several that it does not need to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelId(pub u32);

/// The number of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateId(pub u32);

impl StateId {
    /// The state from which no input matches any more; it leads to itself.
    pub const TRAP: Self = Self(0);
    /// The state before any input.
    pub const START: Self = Self(1);
}
