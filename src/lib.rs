//! armorer compiles AppArmor profiles.

pub mod analysis;
pub mod automata;
pub mod blob;
pub mod diagnostic;
pub mod encode;
pub mod features;
pub mod policy;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod vocab;

#[cfg(feature = "cli")]
pub mod cli;
