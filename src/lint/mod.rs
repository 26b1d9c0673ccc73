//! The linter: advice about profiles, with stable codes.
//!
//! A [`Rule`] has a code, a page, a severity and a confidence; some have fixes. [`RULES`] lists all of them, a [`Linter`] applies them
//! to texts and returns [`Finding`]s, and [`apply`] fixes a text. Warnings of other stages also have the codes of rules, so that one
//! place selects and suppresses everything; an error of another stage stays an error here.
//!
//! Rules look at one of five things: the tree of a file; a path as it is written; a resolved profile; its automata; all profiles
//! of a run. Questions about patterns are decided on automata or by matching, never by comparing text. A finding in a file that
//! many profiles include is reported once; a finding that depends on the profile around it is reported only where it holds in all of
//! them.
//!
//! Rules are in `rules`: a folder for each family, a file for each rule, its page beside it. `docs/lints.md` is the [`index()`]
//! of all pages.

mod check;
#[cfg(feature = "config")]
pub mod config;
mod diagnostics;
mod finding;
mod fix;
mod linter;
#[cfg(feature = "kubernetes")]
mod manifest;
mod page;
mod paths;
mod relations;
mod rule;
mod rules;
mod select;
mod semantics;
mod set;
mod suppress;

pub use finding::{Applicability, Finding, Fix};
pub use fix::{Fixed, apply};
#[cfg(feature = "ide")]
pub(crate) use linter::LintCache;
pub use linter::{LintOutcome, Linter};
pub use page::Page;
#[doc(hidden)]
pub use page::{diagnostic_page, index, page};
#[cfg(feature = "suite")]
pub(crate) use relations::samples;
pub use rule::{Confidence, Family, Fixes, Rule};
pub use rules::RULES;
pub use select::{Selection, UnknownRule, rule};
