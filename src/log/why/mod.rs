//! Explanations of denials: events, asked of the policy on disk.

mod near;
mod remark;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::tree::VariableMap;
use super::{Event, Tree};
use crate::analysis::Access;
use crate::analysis::access::components;
use crate::analysis::query::{
    Answer, Decision, ExecDestination, FileOwnership, LoadedMode, PermissionVerdict, RuleUse, Subject,
};
use crate::ast::Owner;
use crate::policy::RuleMode;
use crate::source::Text;

pub use near::NearAccess;

/// The explanation of a denial.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The profile that decides: of a stack the first one that does not allow it.
    pub profile: Option<Text>,
    /// The file that it stands in.
    pub file: Option<String>,
    /// The reason.
    #[serde(flatten)]
    pub reason: DenialReason,
    /// The rules that it is about, with their places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleUse>,
    /// Similar accesses that are allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<NearAccess>,
    /// The meaning of the kernel's remark, and its remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<&'static str>,
}

/// The reason for a denial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DenialReason {
    /// The policy on disk allows it: another one is loaded.
    Allowed,
    /// No rule allows it.
    NoRule,
    /// A rule denies it.
    Denied,
    /// A rule allows it, but not all that was tried, or another one of higher priority goes before.
    Outranked,
    /// Rules allow it for files that the process owns; this one belongs to somebody else.
    Owner,
    /// Rules allow the exec, but the profile that it leads to is not there.
    NoTransition {
        /// The profile.
        target: String,
    },
    /// No file has the profile.
    NoProfile,
    /// The profile has no such child or hat.
    NoChild {
        /// The profile that is there.
        parent: Text,
    },
    /// The process runs under no profile of a file: it came from an exec that a profile in complain mode does not allow.
    Learning {
        /// The profile that does not allow the exec.
        parent: Text,
    },
    /// No profile confines the process.
    Unconfined,
    /// The record does not say enough, or no rule is about it.
    NotAsked,
    /// The file does not compile, so that nothing can be asked.
    Broken {
        /// The error.
        error: String,
    },
}

/// Asks a tree why things were denied. Files are compiled once.
///
/// ```
/// use armorer::log::{DenialReason, Tree, Explainer, events};
/// use armorer::{Compiler, Features};
///
/// let directory = std::env::temp_dir().join(format!("armorer-why-{}", std::process::id()));
/// std::fs::create_dir_all(&directory)?;
/// std::fs::write(directory.join("p"), "profile p {\n  /etc/x/ r,\n}\n")?;
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base(&directory);
/// let tree = Tree::read(&directory, compiler)?;
/// let line = br#"audit: type=1400 audit(1.0:2): apparmor="DENIED" operation="open" profile="p" name="/etc/x" denied_mask="r""#;
/// let why = Explainer::new(&tree).ask(&events(line)[0]);
/// assert_eq!(why.reason, DenialReason::NoRule);
/// assert_eq!(why.near[0].to_string(), "`file /etc/x/ r` is allowed: the name of a directory ends in a slash");
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Explainer<'t> {
    tree: &'t Tree,
    /// The compiled files by their place in the tree, or the error.
    policies: FxHashMap<usize, Result<(Subject, VariableMap), String>>,
}

impl<'t> Explainer<'t> {
    /// Takes the tree to ask.
    #[must_use]
    pub fn new(tree: &'t Tree) -> Explainer<'t> {
        Explainer { tree, policies: FxHashMap::default() }
    }

    /// Explains the denial that an event records.
    pub fn ask(&mut self, event: &Event) -> Explanation {
        let remark = event.info.as_ref().and_then(|info| remark::of(&String::from_utf8_lossy(info)));
        let mut why = self.of_label(event);
        why.remark = remark;
        why
    }

    fn of_label(&mut self, event: &Event) -> Explanation {
        let Some(label) = &event.profile else { return Explanation::new(None, DenialReason::NotAsked) };
        let mut last = Explanation::new(Some(label.clone()), DenialReason::Allowed);
        for profile in components(label) {
            last = self.of_profile(profile, event);
            if last.reason != DenialReason::Allowed {
                return last;
            }
        }
        last
    }

    fn of_profile(&mut self, profile: &[u8], event: &Event) -> Explanation {
        let tree = self.tree;
        let named = |reason| Explanation::new(Some(profile.into()), reason);
        if profile == b"unconfined" {
            return named(DenialReason::Unconfined);
        }
        if let Some(at) = memchr::memmem::find(profile, b"//null-") {
            return named(DenialReason::Learning { parent: profile.get(..at).unwrap_or(profile).into() });
        }
        let Some(place) = self.tree.place_of(profile) else { return named(self.missing(profile)) };
        // A hat that is missing is no access of its own.
        if let (b"change_hat", Some(target)) = (&*event.operation, &event.target)
            && !tree.has(target)
        {
            return Explanation::new(Some(target.clone()), self.missing(target));
        }
        let Some(file) = tree.files().get(place) else { return named(DenialReason::NoProfile) };
        let path = Some(file.path.display().to_string());
        let Some(access) = &event.access else { return Explanation { file: path, ..named(DenialReason::NotAsked) } };
        let compile = || tree.policy(file).map_err(|error| error.to_string());
        let (subject, variables) = match self.policies.entry(place).or_insert_with(compile) {
            Ok(policy) => policy,
            Err(error) => return Explanation { file: path, ..named(DenialReason::Broken { error: error.clone() }) },
        };
        let mut why = Explanation { file: path, ..named(DenialReason::NoRule) };
        let ask = |access: &Access| subject.ask(Some(profile), access).ok();
        let Some(answer) = ask(access) else { return Explanation { reason: DenialReason::NotAsked, ..why } };
        why.reason = reason(&answer, access, &ask, |target| tree.has(target.as_bytes()));
        why.rules = rules(&answer, &why.reason);
        if matches!(why.reason, DenialReason::NoRule | DenialReason::Owner) {
            why.near = near::of(access, variables, |access| ask(access).is_some_and(|answer| answer.is_allowed()));
        }
        why
    }

    fn missing(&self, profile: &[u8]) -> DenialReason {
        let mut name = profile;
        while let Some(at) = memchr::memmem::rfind(name, b"//") {
            name = name.get(..at).unwrap_or_default();
            if self.tree.has(name) {
                return DenialReason::NoChild { parent: name.into() };
            }
        }
        DenialReason::NoProfile
    }
}

fn reason(
    answer: &Answer,
    access: &Access,
    ask: &impl Fn(&Access) -> Option<Answer>,
    is_there: impl Fn(&str) -> bool,
) -> DenialReason {
    if answer.is_allowed() {
        // What the exec leads to decides as well.
        let target = answer.verdicts.iter().find_map(|verdict| verdict.exec.as_ref()).and_then(|exec| match &exec.to {
            ExecDestination::Profile(name) if exec.fallback.is_none() && !is_there(name) => Some(name.clone()),
            _ => None,
        });
        return match target {
            Some(target) => DenialReason::NoTransition { target },
            None if answer.mode == LoadedMode::Unconfined => DenialReason::Unconfined,
            None => DenialReason::Allowed,
        };
    }
    let denied: Vec<_> = answer.verdicts.iter().filter(|verdict| verdict.decision != Decision::Allowed).collect();
    let rule = |at: &usize| answer.rules.get(*at);
    let denies = |at: &usize| rule(at).is_some_and(|rule| rule.mode == RuleMode::Deny);
    if denied.iter().flat_map(|verdict| &verdict.decided_by).any(denies) {
        return DenialReason::Denied;
    }
    if denied.iter().any(|verdict| !verdict.outranked.is_empty()) {
        return DenialReason::Outranked;
    }
    if let Access::File(file) = access
        && file.owner == Some(Owner::Other)
        && denied.iter().all(|verdict| verdict.whose == FileOwnership::Other)
    {
        let mut own = file.clone();
        own.owner = Some(Owner::Owner);
        if ask(&Access::File(own)).is_some_and(|answer| answer.is_allowed()) {
            return DenialReason::Owner;
        }
    }
    DenialReason::NoRule
}

/// The rules that a reason is about.
fn rules(answer: &Answer, reason: &DenialReason) -> Vec<RuleUse> {
    let is_denied = |decision| decision != Decision::Allowed;
    let mut places: Vec<usize> = match reason {
        DenialReason::Denied => {
            answer.verdicts.iter().filter(|it| is_denied(it.decision)).flat_map(|it| it.decided_by.clone()).collect()
        }
        DenialReason::Outranked => {
            let both = |it: &PermissionVerdict| [&it.decided_by[..], &it.outranked].concat();
            answer.verdicts.iter().filter(|it| is_denied(it.decision)).flat_map(both).collect()
        }
        DenialReason::Allowed | DenialReason::NoTransition { .. } => {
            answer.verdicts.iter().flat_map(|it| it.decided_by.clone()).collect()
        }
        _ => Vec::new(),
    };
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|at| answer.rules.get(at).cloned()).collect()
}

impl Explanation {
    fn new(profile: Option<Text>, reason: DenialReason) -> Explanation {
        Explanation { profile, file: None, reason, rules: Vec::new(), near: Vec::new(), remark: None }
    }
}

impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |text: &Text| crate::analysis::names::Quoted(text).to_string();
        let profile = self.profile.as_ref().map_or_else(|| "the profile".into(), shown);
        let file = self.file.as_deref().unwrap_or("the tree");
        match &self.reason {
            DenialReason::Allowed => {
                writeln!(f, "{file} allows it now: another policy is loaded; load the file again")?
            }
            DenialReason::NoRule => writeln!(f, "no rule for {profile} in {file} allows it")?,
            DenialReason::Denied => writeln!(f, "a rule denies it")?,
            DenialReason::Outranked => writeln!(f, "a rule that allows it has a lower priority")?,
            DenialReason::Owner => {
                writeln!(f, "it is allowed for files that the process owns, and this one belongs to another user")?
            }
            DenialReason::NoTransition { target } => {
                writeln!(f, "the exec is allowed, but no file defines its target, the profile {target}")?;
            }
            DenialReason::NoProfile => writeln!(f, "no file of the tree defines {profile}")?,
            DenialReason::NoChild { parent } => writeln!(f, "{} has no child or hat {profile}", shown(parent))?,
            DenialReason::Learning { parent } => {
                writeln!(f, "{} does not allow the exec that started the program; allow that first", shown(parent))?;
            }
            DenialReason::Unconfined => writeln!(f, "{profile} confines nothing")?,
            DenialReason::NotAsked => writeln!(f, "the record has too little information to query the policy")?,
            DenialReason::Broken { error } => writeln!(f, "{file} has errors: {error}")?,
        }
        self.rules.iter().try_for_each(|rule| writeln!(f, "  {}  {}", rule.place(), rule.text))?;
        self.near.iter().try_for_each(|near| writeln!(f, "  near: {near}"))?;
        self.remark.iter().try_for_each(|remark| writeln!(f, "  the kernel reports: {remark}"))
    }
}
