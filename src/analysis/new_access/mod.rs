//! Proofs that a policy allows nothing that another one does not.
//!
//! [`new_access()`] compares each profile of NEW with its counterpart in BASE, over every class and field, on the automata that the
//! kernel walks. No finding is a proof; what cannot be compared is a finding of the kind [`NewAccessKind::NotProven`].
//!
//! Findings are:
//!
//! * A permission that only NEW grants, in either half of file rules. `prompt` counts as granted: user space may say yes.
//! * An exec that keeps an environment which BASE scrubs, or that leads to a profile which is not itself without new access against
//!   the one that BASE leads to. Pairs of profiles that exec transitions lead to are compared as well, each once: a cycle holds if
//!   nothing on it is new.
//! * A class that BASE mediates and NEW does not; a missing or higher resource limit; another attachment; a path flag or a
//!   prefix of disconnected paths that BASE lacks; complain, unconfined and prompt mode where BASE enforces.
//! * A hard link that is allowed because its name now has fewer permissions than its target: the link test of kernels asks for a
//!   subset, so taking permissions from such a name is not proven.
//! * Unless [`NewAccessOptions::ignore_audit`] is set: a permission that NEW allows without the record that BASE writes, and a denial that NEW
//!   silences and BASE logs.
//!
//! The signal of `kill.signal=` and the error number of denials are not access. Profiles that only BASE has are in
//! [`NewAccess::removed`]: what they confined is not a question about profiles of NEW.

mod automata;
mod baseline;
mod compare;
mod exec;
mod fields;
mod pairs;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::diff::{DiffError, sound};
use super::difference::{Difference, ProfilePart};
use super::query::{FileOwnership, RuleUse};
use super::rules::{RulePlace, Side};
use super::search::{DecidingRule, ProfileAnswer};
use crate::blob::BlobProfile;
use crate::encode::provenance::Provenance;
use crate::source::SourceMap;
pub use baseline::{Baseline, BaselineError};
use pairs::PairedPolicies;

/// Options of a comparison: the pairs of profiles, and the findings that count.
///
/// ```
/// use armorer::analysis::new_access::NewAccessOptions;
///
/// // The profile `web` was called `nginx` before; audit records do not matter.
/// let options = NewAccessOptions::default().map("nginx", "web").ignore_audit(true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccessOptions {
    map: Vec<(String, String)>,
    baseline: Option<String>,
    ignore_audit: bool,
    max_per_automaton: usize,
    max_pairs: usize,
}

impl Default for NewAccessOptions {
    fn default() -> Self {
        Self { map: Vec::new(), baseline: None, ignore_audit: false, max_per_automaton: 4, max_pairs: 2_000_000 }
    }
}

impl NewAccessOptions {
    /// Compares the profile `base` of BASE with `new` of NEW, with its hats and children.
    #[must_use]
    pub fn map(mut self, base: impl Into<String>, new: impl Into<String>) -> Self {
        self.map.push((base.into(), new.into()));
        self
    }

    /// Compares every profile of NEW with this one of BASE.
    #[must_use]
    pub fn baseline(mut self, base: impl Into<String>) -> Self {
        self.baseline = Some(base.into());
        self
    }

    /// Whether changes of what is logged do not count.
    #[must_use]
    pub fn ignore_audit(mut self, ignore: bool) -> Self {
        self.ignore_audit = ignore;
        self
    }

    /// Sets the maximum number of findings to report for each automaton, in that of the rules for each class; at least one.
    #[must_use]
    pub fn max_per_automaton(mut self, findings: usize) -> Self {
        self.max_per_automaton = findings.max(1);
        self
    }

    /// Sets the maximum number of pairs of states to visit in each automaton before its comparison counts as not proven.
    #[must_use]
    pub fn max_pairs(mut self, pairs: usize) -> Self {
        self.max_pairs = pairs;
        self
    }
}

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NewAccessKind {
    /// NEW logs less of what happens.
    LessAudit,
    /// It is not proven that this is no new access.
    NotProven,
    /// NEW allows what BASE does not.
    NewAccess,
    /// NEW allows what must not be allowed, whatever BASE allows.
    Granted,
}

impl fmt::Display for NewAccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NewAccessKind::LessAudit => "less audit",
            NewAccessKind::NotProven => "not proven",
            NewAccessKind::NewAccess => "new access",
            NewAccessKind::Granted => "access granted",
        })
    }
}

/// Something that NEW may allow and BASE does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewAccessFinding {
    /// The kind.
    pub kind: NewAccessKind,
    /// The name of the profile of BASE that was compared, where it has another name.
    pub base: Option<String>,
    /// The reason why it counts, where the difference does not give one.
    pub reason: Option<String>,
    /// The difference, with BASE as A and NEW as B.
    #[serde(flatten)]
    pub difference: Difference,
}

/// The findings of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct NewAccess {
    /// All that is new or not proven; nothing if no profile of NEW allows anything that its counterpart does not.
    pub findings: Vec<NewAccessFinding>,
    /// Whether there may be further findings, which the options left out.
    pub more: bool,
    /// The profiles that only BASE has.
    pub removed: Vec<String>,
}

impl NewAccess {
    /// Whether it is proven that NEW allows nothing new.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.findings.is_empty()
    }

    /// Names the rules of a policy that was compiled from text after each finding: BASE is side A, NEW is side B.
    ///
    /// `provenance` gives that of a profile by its index, and the sources of its compiler.
    pub fn name_rules<'a>(
        &mut self,
        side: Side,
        provenance: impl Fn(usize) -> Option<(&'a Provenance, &'a SourceMap)>,
    ) {
        for NewAccessFinding { difference, .. } in &mut self.findings {
            let [a, b] = difference.indices;
            let index = match side {
                Side::A => a,
                Side::B => b,
            };
            if let Some((provenance, sources)) = index.and_then(&provenance) {
                difference.name_rules(side, |_| Some(provenance), sources);
            }
        }
    }
}

impl NewAccessFinding {
    /// A profile of NEW that allows what must not be allowed: the access, and why it must not.
    ///
    /// ```
    /// use armorer::analysis::access::Question;
    /// use armorer::analysis::{Subject, new_access::NewAccessFinding, search::search};
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let new = Subject::from_compiled(compiler.compile(Input::text("new", "profile p { userns, }"))?)?;
    /// let question = Question::parse(&["userns"])?;
    /// let finding = NewAccessFinding::granted(&search(&new, &question)?.profiles[0], question.to_string(), "no sandboxes");
    /// let text = "p: userns: access granted: NEW allows it (no sandboxes); rule at new:1:13";
    /// assert_eq!(finding.to_string(), text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn granted(profile: &ProfileAnswer, access: String, reason: &str) -> NewAccessFinding {
        let place = |deciding: &DecidingRule| {
            let RuleUse { file, line, column, .. } = &deciding.rule;
            RulePlace { file: file.clone(), line: *line, column: *column }
        };
        let allows = match (profile.whose, &profile.unchecked) {
            (_, Some(_)) => "does not check it",
            (FileOwnership::Any, None) => "allows it",
            (FileOwnership::Owner, None) => "allows it on own files",
            (FileOwnership::Other, None) => "allows it on files of others",
        };
        let mut difference = Difference::new(ProfilePart::Profile, access, allows.to_owned());
        difference.profile.clone_from(&profile.profile);
        difference.rules.b = profile.rules.iter().map(place).collect();
        NewAccessFinding { kind: NewAccessKind::Granted, base: None, reason: Some(reason.to_owned()), difference }
    }
}

/// `web: file "/etc/shadow": new access: BASE denies, NEW allows r; rule at web:2:3`.
impl fmt::Display for NewAccessFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { namespace, profile, place, access, a, b, rules, .. } = &self.difference;
        if let Some(namespace) = namespace {
            write!(f, ":{namespace}:")?;
        }
        write!(f, "{profile}: ")?;
        if let Some(base) = &self.base {
            write!(f, "against {base}: ")?;
        }
        match (access, place) {
            _ if self.kind == NewAccessKind::Granted => {}
            (Some(access), _) => write!(f, "{access}: ")?,
            (None, ProfilePart::Field(name)) => write!(f, "{name}: ")?,
            (None, ProfilePart::Profile | ProfilePart::Automaton(_)) => {}
        }
        match self.kind {
            NewAccessKind::Granted => write!(f, "{a}: {}: NEW {b}", self.kind)?,
            _ => write!(f, "{}: BASE {a}, NEW {b}", self.kind)?,
        }
        if let Some(reason) = &self.reason {
            write!(f, " ({reason})")?;
        }
        let (word, places) = match &rules.b[..] {
            [] => return Ok(()),
            [one] => ("rule", one.to_string()),
            several => ("rules", several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        };
        write!(f, "; {word} at {places}")
    }
}

/// A line a finding.
impl fmt::Display for NewAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Finds what profiles of `new` allow that their counterparts in `base` do not.
///
/// # Errors
///
/// [`DiffError`] if a policy is unsound: no kernel would load it.
///
/// # Examples
///
/// ```
/// use armorer::analysis::new_access::{NewAccessOptions, new_access};
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let base = compiler.compile(Input::text("base", "profile p {\n  /etc/* rw,\n}\n"))?;
/// let narrower = compiler.compile(Input::text("new", "profile p {\n  /etc/hosts r,\n}\n"))?;
/// let options = NewAccessOptions::default();
/// assert!(new_access(base.records(), narrower.records(), &options)?.is_proven());
///
/// let found = new_access(narrower.records(), base.records(), &options)?;
/// assert!(!found.is_proven());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn new_access(
    base: &[BlobProfile],
    new: &[BlobProfile],
    options: &NewAccessOptions,
) -> Result<NewAccess, DiffError> {
    sound('A', base)?;
    sound('B', new)?;
    let pairing = PairedPolicies::new(base, new, options);
    let mut found = NewAccess { removed: pairing.removed(), ..NewAccess::default() };
    let mut known: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut todo: Vec<(usize, usize)> = Vec::new();
    for index in 0..new.len() {
        match pairing.counterpart(index) {
            Ok(base) => {
                known.insert((base, index));
                todo.push((base, index));
            }
            Err(reason) => found.findings.extend(pairing.alone(index, reason)),
        }
    }
    // What exec transitions lead to is assumed to hold while it waits here: only a pair that fails refutes anything.
    while !todo.is_empty() {
        let outcomes = crate::parallel::map(&todo, |&(base, new)| compare::pair(&pairing, base, new, options));
        todo.clear();
        for outcome in outcomes {
            found.findings.extend(outcome.findings);
            found.more |= outcome.more;
            todo.extend(outcome.obligations.into_iter().filter(|&pair| known.insert(pair)));
        }
    }
    found.findings.sort_by_key(|finding| finding.difference.indices[1]);
    Ok(found)
}

#[cfg(test)]
mod tests;
