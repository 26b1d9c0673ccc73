//! armorer in its surroundings: kernels, editors, images of machines, manifests of clusters.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod editors;
mod image;
mod kernel;
mod kubernetes;
mod lsp;
#[path = "../support/mod.rs"]
mod support;
mod watch;
