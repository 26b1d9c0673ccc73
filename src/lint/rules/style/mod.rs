//! AA04: what reads badly.

pub(super) mod names;
pub(super) mod text;
