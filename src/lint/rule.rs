//! Definition of a lint rule.

use std::fmt;

use serde::Serialize;

use crate::diagnostic::{Code, Severity};

use super::check::Check;
use super::page::Page;

/// A group of rules; the digits after `AA` say which.
///
/// ```
/// use armorer::lint::{Family, rule};
///
/// let family = rule("unconfined-exec").unwrap().family();
/// assert_eq!((family, family.name(), family.prefix()), (Family::Danger, "danger", "AA01"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Family {
    /// `AA00`: how the linter itself is used.
    Meta,
    /// `AA01`: what opens a hole in the confinement.
    Danger,
    /// `AA02`: what does not do what it looks like.
    Correctness,
    /// `AA03`: what other kernels, distributions or compilers take otherwise.
    Portability,
    /// `AA04`: what reads badly.
    Style,
    /// `AA05`: manifests.
    Kubernetes,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 6] =
        [Family::Meta, Family::Danger, Family::Correctness, Family::Portability, Family::Style, Family::Kubernetes];

    /// The family's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Family::Meta => "meta",
            Family::Danger => "danger",
            Family::Correctness => "correctness",
            Family::Portability => "portability",
            Family::Style => "style",
            Family::Kubernetes => "kubernetes",
        }
    }

    /// Returns the prefix of its codes.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Family::Meta => "AA00",
            Family::Danger => "AA01",
            Family::Correctness => "AA02",
            Family::Portability => "AA03",
            Family::Style => "AA04",
            Family::Kubernetes => "AA05",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The confidence that the findings of a rule are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess worth a look.
    Low,
    /// Right most of the time.
    Medium,
    /// Right whenever it speaks.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        })
    }
}

/// The kinds of fixes that a rule has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Fixes {
    /// None.
    None,
    /// Some that keep the policy as it is (`--fix`).
    Safe,
    /// Some that change the policy (`--unsafe-fixes`).
    Unsafe,
}

/// A lint rule: its names, how much it matters, its page, and how it is checked.
///
/// ```
/// use armorer::lint::{Family, rule};
///
/// let rule = rule("AA0101").unwrap();
/// assert_eq!(rule.family(), Family::Danger);
/// assert!(rule.is_named("danger") && rule.is_named("unconfined-exec") && !rule.is_named("style"));
/// assert!(rule.raised().is_empty() && !rule.needs_automata());
/// assert!(!rule.page.why.is_empty());
/// ```
#[derive(Debug)]
pub struct Rule {
    /// Stable: `AA`, two digits of the family, two of the rule.
    pub code: &'static str,
    /// A name in kebab case, which may stand wherever the code may.
    pub name: &'static str,
    /// The severity of a finding.
    pub severity: Severity,
    /// The confidence of the rule.
    pub confidence: Confidence,
    /// Whether it is on by default.
    pub default: bool,
    /// The kinds of fixes that it has.
    pub fixes: Fixes,
    /// The names in the suppressions of other linters.
    pub aliases: &'static [&'static str],
    /// Its page.
    pub page: Page,
    /// Diagnostics of other stages that say what the rule finds by itself, and which are dropped for it.
    pub(super) instead_of: &'static [Code],
    pub(super) check: Check,
}

impl Rule {
    /// The common values of most rules.
    pub(super) const BASE: Rule = Rule {
        code: "",
        name: "",
        severity: Severity::Warning,
        confidence: Confidence::High,
        default: true,
        fixes: Fixes::None,
        aliases: &[],
        page: Page::EMPTY,
        instead_of: &[],
        check: Check::Meta,
    };

    /// The rule's family.
    #[must_use]
    pub fn family(&self) -> Family {
        let of_code = |family: &Family| self.code.starts_with(family.prefix());
        Family::ALL.into_iter().find(of_code).unwrap_or(Family::Meta)
    }

    /// Whether it builds automata, which takes its time.
    #[must_use]
    pub fn needs_automata(&self) -> bool {
        matches!(self.check, Check::Automata(_) | Check::Set(_))
    }

    /// The diagnostics of other stages that this rule takes over.
    #[must_use]
    pub fn raised(&self) -> &'static [Code] {
        match self.check {
            Check::Raised(codes) => codes,
            _ => self.instead_of,
        }
    }

    /// Whether a word names the rule: its code, its name, a beginning of its code that names a family, the family's name, or
    /// `all`.
    #[must_use]
    pub fn is_named(&self, word: &str) -> bool {
        let family = self.family();
        word == self.code || word == self.name || word == family.name() || word == family.prefix() || word == "all"
    }
}
