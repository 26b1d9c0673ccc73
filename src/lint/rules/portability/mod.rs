//! AA03: what other kernels, distributions or compilers take otherwise.

pub(super) mod distributions;
pub(super) mod kernels;
pub(super) mod raised;
pub(super) mod reference;
pub(super) mod syntax;
