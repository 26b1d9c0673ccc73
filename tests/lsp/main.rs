//! `armorer lsp`, as an editor has it: a client with a script over pipes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test fails by panicking, in its helpers too; JSON is made where it is handed over"
)]

mod client;
mod corpus;
mod formatting;
mod hostile;
mod lifecycle;
mod navigation;
mod problems;
mod structure;
#[path = "../support/mod.rs"]
mod support;
mod text;
mod tree;
mod writing;
