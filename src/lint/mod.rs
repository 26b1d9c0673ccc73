//! The linter: advice about profiles, with stable codes.
//!
//! A [`Rule`] has a code, a page, a severity and a confidence; some have fixes. [`RULES`] is all of them, [`Linter`] applies them
//! to texts and gives [`Finding`]s, [`apply`] fixes a text. What other stages warn about comes under the codes of rules, too, so
//! that one place selects and suppresses everything; what is an error there stays an error here.
//!
//! Rules look at one of five things: the tree of a file; a path as it is written; a resolved profile; its automata; all profiles
//! of a run. Whatever is about patterns is decided on automata or by matching, never by comparing text. A finding in a file that
//! many profiles include is given once; one that depends on the profile around it, only where it holds in all of them.
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
