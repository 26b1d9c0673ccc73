//! armorer compiles AppArmor profiles.

pub mod automata;
pub mod blob;
pub mod diagnostic;
pub mod source;
pub mod syntax;

#[cfg(feature = "cli")]
pub mod cli;
