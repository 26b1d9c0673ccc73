//! The rules that are on.

use std::collections::BTreeSet;

use crate::vocab::nearest;

use super::rule::{Family, Rule};
use super::rules::RULES;

/// The rules that are on, by code.
///
/// ```
/// use armorer::lint::{Selection, rule};
///
/// let selection = Selection::default().ignore(["style", "AA0101"])?;
/// assert!(!selection.includes(rule("AA0101").unwrap()));
/// assert!(selection.includes(rule("broad-write").unwrap()));
///
/// let selection = Selection::only(["danger"])?.and(["needless-quotes"])?;
/// assert!(selection.includes(rule("AA0101").unwrap()) && !selection.includes(rule("double-slash").unwrap()));
/// # Ok::<(), armorer::lint::UnknownRule>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    on: BTreeSet<&'static str>,
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown lint rule or family `{word}`{}", hint.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
#[non_exhaustive]
pub struct UnknownRule {
    /// The word.
    pub word: String,
    /// The word that is probably meant.
    pub hint: Option<&'static str>,
}

impl Default for Selection {
    fn default() -> Self {
        Selection { on: RULES.iter().filter(|rule| rule.default).map(|rule| rule.code).collect() }
    }
}

impl Selection {
    /// These rules and no others. A code or name selects that rule; a family, those of it that are on by default; `all`,
    /// every rule.
    ///
    /// # Errors
    /// When a word names nothing.
    pub fn only<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Self, UnknownRule> {
        Selection { on: BTreeSet::new() }.and(words)
    }

    /// These rules, too.
    ///
    /// # Errors
    /// When a word names nothing.
    pub fn and<S: AsRef<str>>(mut self, words: impl IntoIterator<Item = S>) -> Result<Self, UnknownRule> {
        for word in words {
            let word = word.as_ref();
            let family = Family::ALL.iter().any(|family| word == family.name() || word == family.prefix());
            let named = named(word)?.into_iter().filter(|rule| !family || rule.default);
            self.on.extend(named.map(|rule| rule.code));
        }
        Ok(self)
    }

    /// Not these rules: by code, name or family.
    ///
    /// # Errors
    /// When a word names nothing.
    pub fn ignore<S: AsRef<str>>(mut self, words: impl IntoIterator<Item = S>) -> Result<Self, UnknownRule> {
        for word in words {
            for rule in named(word.as_ref())? {
                self.on.remove(rule.code);
            }
        }
        Ok(self)
    }

    /// Whether a rule is on.
    #[must_use]
    pub fn includes(&self, rule: &Rule) -> bool {
        self.on.contains(rule.code)
    }
}

/// The rule with a code or name.
///
/// ```
/// use armorer::lint::rule;
///
/// assert_eq!(rule("AA0101").map(|rule| rule.name), Some("unconfined-exec"));
/// assert!(rule("no-such-rule").is_none());
/// ```
#[must_use]
pub fn rule(word: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == word || rule.name == word)
}

/// The rules that a word names: by code, name, family or `all`.
///
/// # Errors
/// When there is none.
pub(super) fn named(word: &str) -> Result<Vec<&'static Rule>, UnknownRule> {
    let found: Vec<_> = RULES.iter().copied().filter(|rule| rule.is_named(word)).collect();
    if found.is_empty() {
        let known = RULES.iter().flat_map(|rule| [rule.code, rule.name]).chain(Family::ALL.map(Family::name));
        return Err(UnknownRule { word: word.to_owned(), hint: nearest(word.as_bytes(), known) });
    }
    Ok(found)
}
