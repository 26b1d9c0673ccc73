//! Patterns over bytes → NFA → DFA → minimal DFA → packed tables.
//!
//! This module knows bytes and opaque labels only. What a label stands for, and what several of them mean together, is the
//! caller's business; so everything here can be read, tested and replaced on its own.
//!
//! # The pipeline
//!
//! | stage | module | from → to |
//! | --- | --- | --- |
//! | [`Pattern`] | [`pattern`] | a tree with shared parts, over bytes and one *out-of-band* symbol that no byte set contains |
//! | NFA | `nodes`, `nfa`, `kinds` | built from right to left, so that equal endings are the same states, whichever pattern they come from |
//! | [`Dfa`] | `determinise`, `expand`, `absorb` | sets of NFA states, found breadth-first; each carries the set of labels that match |
//! | [`ClassifiedDfa`] | `dfa` | each distinct set of labels is given a value, once |
//! | [`MinimalDfa`] | `minimise` | states that mean the same are merged, dead ones become the trap |
//! | renumbering | `order` | so that walks touch little memory, or for a reader that compares state numbers |
//! | [`Tables`] | `pack`, `diff`, [`tables`] | rows laid into each other until little space is left; `walk` counts what reading them costs |
//!
//! Beneath them, `ids` numbers the parts, with a type for each kind, and `graph` holds the transitions of a deterministic automaton: a state stores only the runs of bytes that do not
//! lead where the last byte leads. `interner` and `sets` give equal sets equal numbers, and `id_bits` unites them. The laws that hold across all stages are in
//! `laws`. A [`BuildCache`] keeps what automata that are built one after another have in common.
//!
//! # An example
//!
//! Two patterns with one label each. Inputs that match both have both labels; the caller says what that means, here the
//! larger of the two values.
//!
//! ```
//! use armorer::automata::{Builder, ByteSet, Config, LabelId, PackOptions, Pattern};
//! use std::convert::Infallible;
//!
//! // "/a" and "/[^/]*".
//! let exact = Pattern::literal("/a");
//! let any_name = Pattern::star(Pattern::Set(ByteSet::single(b'/').negate()));
//! let wild = Pattern::concat([Pattern::literal("/"), any_name]);
//!
//! let mut builder = Builder::new(Config::default());
//! builder.add(&exact, LabelId::new(0));
//! builder.add(&wild, LabelId::new(1));
//! let dfa = builder.build()?;
//! assert_eq!(dfa.labels(dfa.walk(b"/a")), [LabelId::new(0), LabelId::new(1)]);
//! assert_eq!(dfa.labels(dfa.walk(b"/b")), [LabelId::new(1)]);
//!
//! let value_of_label = [7, 3];
//! let largest = |labels: &[LabelId]| {
//!     Ok::<u32, Infallible>(labels.iter().map(|label| value_of_label[label.index()]).max().unwrap_or(0))
//! };
//! let minimal = dfa.classify(largest).unwrap().minimise();
//! // Trap, start, "/", "/a", "/…".
//! assert_eq!(minimal.len(), 5);
//!
//! let tables = minimal.pack(PackOptions::default(), |_, &value| (value, 0)).unwrap();
//! assert_eq!(tables.accept[tables.walk(1, b"/a") as usize], 7);
//! assert_eq!(tables.accept[tables.walk(1, b"/abc") as usize], 3);
//! assert_eq!(tables.walk(1, b"/a/"), 0);
//! # Ok::<(), armorer::automata::BuildError>(())
//! ```
//!
//! # What is promised
//!
//! * State 0 is the trap, state 1 the start; no transition leads to the start, and it is never merged with another state.
//! * The result depends on the patterns and their labels only, down to the last cell: no hash order, no addresses.
//! * Everything is bounded: nesting, states and memory by the [`Config`], with errors that say which labels are to blame.

mod absorb;
mod builder;
mod byte_set;
mod cycle;
mod determinise;
mod dfa;
mod diff;
mod expand;
mod graph;
mod id_bits;
mod ids;
mod interner;
mod kinds;
#[cfg(test)]
mod laws;
mod memo;
mod merged;
mod minimise;
mod nfa;
mod nodes;
mod numbers;
mod order;
mod pack;
pub mod pattern;
mod sets;
mod shape;
mod split;
pub mod tables;
mod walk;

pub use builder::{BuildCache, BuildError, Builder, Config, MinimalError};
pub use byte_set::ByteSet;
pub use dfa::{ClassifiedDfa, Dfa, Unclassified};
pub use minimise::MinimalDfa;
pub use pack::PackOptions;
pub use pattern::{Pattern, Symbol};
pub use tables::Tables;
pub use walk::WalkCosts;
#[cfg(feature = "internals")]
pub use {builder::Meaning, pack::PackError, shape::SymbolClasses, tables::TableError};

ids::ids! {
    /// The caller's name for a pattern, or for several that it does not need to tell apart.
    pub LabelId;
    /// The number of a state.
    pub StateId;
    /// The number of a distinct set of labels. 0 is the empty set; the others are numbered by the length of the shortest input
    /// that has exactly those labels.
    pub LabelSetId;
    /// The number of a distinct value of states.
    ValueId;
}

impl StateId {
    /// The state from which no input matches any more; it leads to itself.
    pub const TRAP: Self = Self(0);
    /// The state before any input.
    pub const START: Self = Self(1);
}
