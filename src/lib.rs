//! armorer compiles AppArmor profiles: it reads the profile language into a typed syntax tree, says what is wrong with it,
//! prints it in canonical form, and emits the binary policy that the Linux kernel loads.
//!
//! The pipeline, a module a stage:
//!
//! ```text
//! files ─► source ─► syntax ─► resolve ─► policy ─► encode ─► automata ─► blob ─► kernel
//! ```
//!
//! [`Compiler`] is all of it behind one builder; [`parse`] is the first part alone. A module knows only those to its left, and
//! two that serve all: [`vocab`], the words and numbers of AppArmor and Linux, and [`diagnostic`], what is said about a text.
//! [`edit`] changes texts through their trees,
//! [`features`] says what a kernel can do, [`lint`] gives advice, [`analysis`] compares finished policies and answers what they
//! allow; `kubernetes` (a feature) finds profiles in manifests, `kernel` (a
//! feature) loads policy and says what is loaded, `agent` (a feature) keeps the profiles of directories loaded; `ide` (a feature)
//! answers what an editor asks, and `lsp` (a feature) puts that into the Language Server Protocol.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "agent")]
pub mod agent;
pub mod analysis;
#[cfg(any(feature = "agent", feature = "cache"))]
mod atomic;
pub mod automata;
pub mod blob;
#[cfg(feature = "cache")]
pub mod cache;
pub mod diagnostic;
pub mod edit;
pub mod encode;
pub mod features;
#[cfg(feature = "ide")]
pub mod ide;
#[cfg(feature = "kernel")]
pub mod kernel;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
pub mod lint;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod policy;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod vocab;

mod compiler;
#[cfg(test)]
#[path = "../tests/support/material.rs"]
mod material;
mod parallel;

#[cfg(feature = "cli")]
pub mod cli;

pub use compiler::{
    CompileError, Compiled, CompiledProfile, Compiler, Diagnosis, Input, Reformatted, Resolved, Timings,
};
pub use features::Features;
pub use syntax::{EmptyList, NameError, ParseError, Pattern, PatternError, ProfileName, ast, parse};

/// The README's code is compiled and run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
