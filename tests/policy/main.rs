//! Compiled profiles: beside the reference, beside its verdicts, and by laws.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod blob_oracle;
mod conformance;
mod differential;
mod examples;
mod faults;
mod fuzz;
mod grammar;
mod logs;
mod mutated_logs;
mod new_access;
mod query_oracle;
mod random;
#[path = "../support/mod.rs"]
mod support;
mod trees;
mod version6;
