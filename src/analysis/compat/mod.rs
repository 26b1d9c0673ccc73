//! One policy on two kernels: what a profile may do on the second that it may not on the first, what it may no longer do, and what
//! the second does not enforce.
//!
//! Every file is compiled for both kernels, and the automata are compared; a profile whose abi is not pinned (no `abi` rule, or
//! `abi <kernel>`) is compiled a third time, for the second kernel as written for the first, which tells what comes of that alone.

mod compare;
mod probes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::analysis::RulePlace;
use crate::compiler::{CompileError, Compiler, Input};
use crate::features::Features;

/// Compares what profiles mean on two kernels.
///
/// ```
/// use armorer::analysis::compat::{Cause, Comparer, Effect};
/// use armorer::{Features, Input};
///
/// let kernel = |name| Features::builtin(name).ok_or("no such kernel");
/// let comparer = Comparer::new(&kernel("linux-7.2")?, &kernel("linux-6.12")?, |compiler| compiler);
/// let changes = comparer.compare(&Input::text("p", "profile p {\n  dbus send bus=session,\n}\n"))?;
/// let change = &changes[0].changes[0];
/// assert_eq!((change.effect, change.cause, &*change.class), (Effect::Unenforced, Cause::NotMediated, "dbus"));
/// assert_eq!(changes[0].rules[0].place.to_string(), "p:2:3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Comparer {
    from: Compiler,
    to: Compiler,
    /// The compiler for the second kernel, as if all were written for the first one.
    pinned: Compiler,
}

impl Comparer {
    /// A comparer for two kernels; `configure` says where the compilers of files find what these include.
    #[must_use]
    pub fn new(from: &Features, to: &Features, configure: impl Fn(Compiler) -> Compiler) -> Comparer {
        let compiler = |kernel: &Features| configure(Compiler::new(kernel.clone()));
        let pinned = compiler(to).policy_features(Some(from.clone())).ignore_abi_rules(true);
        Comparer { from: compiler(from), to: compiler(to), pinned }
    }

    /// Compares the profiles of a file, in the order of their binary policy. Those that mean the same have no changes.
    ///
    /// # Errors
    /// When the profiles do not compile for one of the kernels.
    pub fn compare(&self, input: &Input) -> Result<Vec<ProfileChanges>, CompileError> {
        compare::compare(self, input)
    }
}

/// The changes for a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileChanges {
    /// The name, unprintable bytes escaped.
    pub profile: String,
    /// The file.
    pub file: String,
    /// Whether no `abi` rule says which features it is written for.
    pub abi_unpinned: bool,
    /// The changes.
    pub changes: Vec<EnforcementChange>,
    /// The rules that the second kernel enforces less of than the first.
    pub rules: Vec<LessEnforced>,
}

impl ProfileChanges {
    /// Whether the second kernel enforces or denies less than the first. Rules that allow all of a class lose nothing.
    #[must_use]
    pub fn loses_enforcement(&self) -> bool {
        self.changes.iter().any(|change| change.effect != Effect::Denied)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EnforcementChange {
    /// The effect.
    pub effect: Effect,
    /// The cause.
    pub cause: Cause,
    /// The class of rules, `attachment`, or a field of the profile.
    pub class: String,
    /// An access that shows it.
    pub example: String,
    /// The answer of the first kernel.
    pub from: String,
    /// The answer of the second one.
    pub to: String,
}

/// The effect of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// The second kernel does not enforce what the first one does.
    Unenforced,
    /// The second kernel allows what the first one denies.
    Allowed,
    /// The second kernel denies what the first one allows.
    Denied,
}

/// The cause of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// One of the kernels does not mediate the class.
    NotMediated,
    /// The abi is not pinned: the profile means on each kernel what that one has.
    AbiUnpinned,
    /// One of the kernels mediates fewer conditions.
    Downgrade,
}

/// A rule that is enforced less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LessEnforced {
    /// The place.
    #[serde(flatten)]
    pub place: RulePlace,
    /// The cause.
    pub cause: Cause,
    /// The message of the compiler for the second kernel.
    pub message: String,
}

/// The changes of many profiles, grouped by effect, class and cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeSummary {
    /// The number of profiles.
    pub profiles: usize,
    /// The number of those for which something changes.
    pub changed: usize,
    /// The number of those that lose enforcement.
    pub weaker: usize,
    /// The groups, those that lose enforcement first.
    pub groups: Vec<ChangeGroup>,
    /// The number of rules that are enforced less.
    pub rules: usize,
}

/// Changes with one effect, class and cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeGroup {
    /// The effect.
    pub effect: Effect,
    /// The class.
    pub class: String,
    /// The cause.
    pub cause: Cause,
    /// The names of the profiles.
    pub profiles: BTreeSet<String>,
    /// An access that shows it, of the first of the profiles.
    pub example: String,
}

impl ChangeSummary {
    /// Groups the changes of profiles.
    ///
    /// ```
    /// use armorer::analysis::compat::{Comparer, ChangeSummary};
    /// use armorer::{Features, Input};
    ///
    /// let kernel = |name| Features::builtin(name).ok_or("no such kernel");
    /// let comparer = Comparer::new(&kernel("linux-6.12")?, &kernel("linux-6.1")?, |compiler| compiler);
    /// let changes = comparer.compare(&Input::text("p", "profile p { }\nprofile q { }\nprofile r { userns, io_uring, }\n"))?;
    /// let summary = ChangeSummary::of(&changes);
    /// assert_eq!((summary.profiles, summary.weaker), (3, 2), "what `r` allows is not lost");
    /// assert!(summary.groups.iter().any(|group| group.class == "userns" && group.profiles.len() == 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(changes: &[ProfileChanges]) -> ChangeSummary {
        let mut groups: BTreeMap<(Effect, &str, Cause), ChangeGroup> = BTreeMap::new();
        let mut rules = BTreeSet::new();
        for profile in changes {
            rules.extend(profile.rules.iter().map(|rule| &rule.place));
            for EnforcementChange { effect, cause, class, example, .. } in &profile.changes {
                let new = || ChangeGroup {
                    effect: *effect,
                    class: class.clone(),
                    cause: *cause,
                    profiles: BTreeSet::new(),
                    example: example.clone(),
                };
                groups.entry((*effect, class, *cause)).or_insert_with(new).profiles.insert(profile.profile.clone());
            }
        }
        let count = |counts: &dyn Fn(&&ProfileChanges) -> bool| changes.iter().filter(counts).count();
        ChangeSummary {
            profiles: changes.len(),
            changed: count(&|profile| !profile.changes.is_empty() || !profile.rules.is_empty()),
            weaker: count(&|profile| profile.loses_enforcement()),
            groups: groups.into_values().collect(),
            rules: rules.len(),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Effect::Unenforced => "no longer enforced",
            Effect::Allowed => "now allowed",
            Effect::Denied => "now denied",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Cause::NotMediated => "class not mediated",
            Cause::AbiUnpinned => "abi unpinned",
            Cause::Downgrade => "downgrade",
        })
    }
}

/// A table with a line for each group.
impl fmt::Display for ChangeSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChangeSummary { profiles, changed, weaker, groups, rules } = self;
        if !groups.is_empty() {
            writeln!(f, "{:18}  {:12}  {:18}  {:>8}  example", "effect", "class", "cause", "profiles")?;
        }
        for ChangeGroup { effect, class, cause, profiles, example } in groups {
            let first = profiles.first().map_or("", String::as_str);
            writeln!(f, "{effect:18}  {class:12}  {cause:18}  {:8}  {first}: {example}", profiles.len())?;
        }
        writeln!(f, "{profiles} profiles: {changed} change, {weaker} lose enforcement; {rules} rules are enforced less")
    }
}

#[cfg(test)]
mod tests;
