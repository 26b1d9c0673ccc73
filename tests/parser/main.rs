//! armorer under the name of `apparmor_parser`: the command lines of the programs that call it, with what they read of the answer,
//! and the same command lines beside the reference.
//!
//! Plain files stand for the kernel's (`-f`), a features file for the kernel's features (`-M`): nothing here needs a kernel with
//! AppArmor, or root.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]
#![cfg(all(feature = "cli", unix))]

mod callers;
mod oracle;
mod place;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod threads;
