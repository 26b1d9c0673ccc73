//! Effort of compiling a profile.

use std::time::{Duration, Instant};

use serde::Serialize;

/// The effort of compiling a profile, without hats and children.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Effort {
    /// The profile's name, with those it is nested in.
    pub profile: String,
    /// Turning rules into patterns, in microseconds.
    pub rules_us: u64,
    /// The automata of the profile, in the order they were built in.
    pub automata: Vec<AutomatonEffort>,
}

/// The effort of building an automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AutomatonEffort {
    /// The automaton.
    pub automaton: crate::blob::Automaton,
    /// The number of patterns that the automaton was built from.
    pub patterns: usize,
    /// States before those that mean the same were merged. They are counted only when [asked for](super::EncodeOptions::count_states).
    pub states_before: Option<usize>,
    /// States of the minimal automaton, the trap and the start among them.
    pub states: usize,
    /// Cells of the tables that are in use.
    pub cells: usize,
    /// The time from patterns to the minimal automaton, in microseconds. What other profiles needed before costs nothing again.
    pub build_us: u64,
    /// Laying it out in tables, in microseconds.
    pub pack_us: u64,
}

/// Microseconds since then.
pub(crate) fn since(start: Instant) -> u64 {
    let elapsed: Duration = start.elapsed();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
