//! The command line as people and programs call it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

#[cfg(unix)]
mod action;
mod basics;
mod book;
mod compat;
mod diff;
mod fmt;
mod graph;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod interactive;
mod kernel;
mod log;
#[cfg(unix)]
mod mode;
#[cfg(target_os = "linux")]
mod new;
mod options;
mod parser;
#[cfg(target_os = "linux")]
mod pictures;
mod query;
mod readme;
mod search;
mod suite;
#[path = "../support/mod.rs"]
mod support;
mod texts;
mod versions;
