//! Patterns over bytes → NFA → DFA → minimal DFA → packed tables. Knows bytes and opaque labels only.

pub mod pattern;
pub mod tables;

pub use pattern::{ByteSet, Pattern};
pub use tables::Tables;
