//! armorer compiles AppArmor profiles: it reads the profile language into a typed syntax tree, reports what is wrong with it, prints
//! it in canonical form, and emits the binary policy that the Linux kernel loads.
//!
//! # Where to start
//!
//! | to | use |
//! | --- | --- |
//! | read a profile | [`parse`], which gives a [`File`](ast::File) of typed nodes ([`ast`]) |
//! | write a profile from code | [`Profile`](ast::Profile), [`FileRule`](ast::FileRule) and the other rules of [`ast`], [`Pattern`], [`ProfileName`] |
//! | change a profile and keep the rest of its text | [`edit`] |
//! | print canonical text | [`format()`], or `to_string` of a tree |
//! | compile for a kernel | [`Compiler`] with [`Features`] |
//! | get advice | [`Linter`] |
//! | compare two policies | [`diff()`] |
//! | ask what a policy allows | [`query::Subject`] |
//! | show a problem to a person | [`Diagnostic`] |
//!
//! ```
//! use armorer::ast::{CapabilityRule, File, FileRule, Profile};
//! use armorer::query::Subject;
//! use armorer::vocab::Capability;
//! use armorer::{Access, Compiler, Features, Input, Pattern};
//!
//! // A path from elsewhere: whatever is in it, the rule is about this file alone.
//! let volume = "/srv/a\" r, /** rwix, \"/b";
//! let profile = Profile::new("web-1")?
//!     .rule(FileRule::new(Pattern::literal(volume)?, "rw".parse()?))
//!     .rule(CapabilityRule::new(Capability::NetBindService));
//! let compiler = Compiler::new(Features::builtin("linux-6.12").ok_or("no such kernel")?);
//! let compiled = compiler.compile(Input::text("web-1", File::from(profile).to_bytes()))?;
//! assert!(compiled.blob().starts_with(b"\x04\x08\0version\0"));
//!
//! let subject = Subject::from_compiled(compiled)?;
//! assert!(subject.ask(None, &Access::parse(&["file", volume, "w"])?)?.is_allowed());
//! assert!(!subject.ask(None, &Access::parse(&["file", "/etc/shadow", "w"])?)?.is_allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! [`ast`] (the syntax tree), [`edit`] (changes of texts), [`vocab`] (the words of AppArmor and Linux as types), [`source`] (texts,
//! places in them, and where files come from), [`diagnostic`] (problems with code, place and help), [`features`] (what a kernel
//! supports), [`lint`] (advice), [`analysis`] (what finished policies allow, and where two differ).
//!
//! # Cargo features
//!
//! | feature | adds |
//! | --- | --- |
//! | `parallel` | profiles are compiled and linted on all cores |
//! | `cache` | `cache`: compiled policy is kept on disk |
//! | `kubernetes` | `kubernetes`: profiles in manifests |
//! | `kernel` | `kernel`: loads policy, and lists what is loaded |
//! | `agent` | `agent`: keeps the profiles of directories loaded |
//! | `draft` | `draft`: first profiles for programs, from what their files say |
//! | `config` | the configuration file `armorer.toml` |
//! | `suite` | `analysis::suite`: tests of policy in TOML files |
//! | `new-access` | `analysis::new_access`: whether a policy allows anything that another does not; `analysis::search`: which profiles allow an access; `analysis::compat`: what a policy means on two kernels; `analysis::graph`: what leads from one profile to another |
//! | `log` | `log`: audit records, and the rules that they ask for |
//! | `schema` | JSON schemas of the syntax tree |
//! | `ide`, `lsp` | what an editor asks about profiles, and the Language Server Protocol |
//! | `cli`, `mimalloc` | the program `armorer`; on by default |
//! | `internals` | opens the stages inside to the tests and benches of this package; of no promise |
//!
//! A library wants `default-features = false`.
//!
//! # The pipeline
//!
//! ```text
//! files ─► source ─► syntax ─► resolve ─► policy ─► encode ─► automata ─► blob ─► kernel
//! ```
//!
//! A stage knows only those before it. Those between the tree and the blob are not public: what they make is in [`Resolved`] and
//! [`Compiled`].

#![cfg_attr(docsrs, feature(doc_cfg))]
// What is public in a stage inside is its interface to the others; with `internals` the lint sees whether it is one.
#![cfg_attr(not(feature = "internals"), allow(unreachable_pub))]

#[cfg(all(feature = "agent", target_os = "linux"))]
pub mod agent;
pub mod analysis;
#[cfg(any(feature = "agent", feature = "cache"))]
mod atomic;
#[cfg(feature = "cache")]
pub mod cache;
pub mod diagnostic;
#[cfg(all(feature = "draft", target_os = "linux"))]
pub mod draft;
pub mod edit;
pub mod features;
#[cfg(feature = "ide")]
pub mod ide;
#[cfg(feature = "kernel")]
pub mod kernel;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
#[cfg(feature = "log")]
mod lines;
pub mod lint;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod source;
pub mod vocab;

// The stages inside: closed, but to the tests and benches of this package.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod automata;
#[cfg(not(feature = "internals"))]
mod automata;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod blob;
#[cfg(not(feature = "internals"))]
mod blob;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod encode;
#[cfg(not(feature = "internals"))]
mod encode;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod policy;
#[cfg(not(feature = "internals"))]
mod policy;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod resolve;
#[cfg(not(feature = "internals"))]
mod resolve;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod syntax;
#[cfg(not(feature = "internals"))]
mod syntax;

mod compiler;
#[cfg(test)]
#[path = "../tests/support/material.rs"]
mod material;
mod parallel;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

pub use analysis::{Access, Diff, DiffOptions, diff, query};
pub use compiler::{
    CompileError, Compiled, CompiledProfile, Compiler, Diagnosis, Input, Reformatted, Resolved, Timings,
};
pub use diagnostic::Diagnostic;
pub use features::Features;
pub use lint::Linter;
#[doc(inline)]
pub use syntax::{
    EmptyList, FormatOptions, NameError, ParseError, Pattern, PatternError, ProfileName, ast, format, parse,
};
