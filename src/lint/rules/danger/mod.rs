//! AA01: what opens a hole in the confinement.

pub(super) mod escape;
pub(super) mod exec;
pub(super) mod files;
pub(super) mod privileges;
