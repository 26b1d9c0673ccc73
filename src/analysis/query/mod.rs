//! Queries of a policy about an access: permissions, logging, exec transitions, and the rules that decide.
//!
//! ```
//! use armorer::analysis::{Access, Subject};
//! use armorer::{Compiler, Features, Input};
//!
//! let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
//! let text = "profile p {\n  /etc/** r,\n  deny /etc/shadow r,\n}\n";
//! let subject = Subject::from_compiled(compiler.compile(Input::text("p", text))?)?;
//! let answer = subject.ask(Some(b"p"), &Access::parse(&["file", "/etc/shadow", "r"])?)?;
//! assert!(!answer.is_allowed());
//! assert_eq!(answer.to_string(), "\
//! profile p (enforce): file /etc/shadow r
//!   read  denied, not logged
//! rules
//!   decides    read  p:3:3  deny /etc/shadow r,
//!   outranked  read  p:2:3  /etc/** r,
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(super) mod decide;
mod rules;
mod text;

use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

use super::access::Access;
use crate::blob::{self, BlobProfile, ReadError, VerifyError};
use crate::compiler::Compiled;
use crate::encode::Provenance;
use crate::policy::RuleMode;
use crate::source::{SourceMap, Text};
use crate::vocab::nearest;

/// A policy to ask.
///
/// ```
/// use armorer::analysis::{Access, Subject};
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let mut subject = Subject::from_compiled(compiler.compile(Input::text("a", "profile a { /x r, }"))?)?;
/// subject.add(compiler.compile(Input::text("b", "profile :ns:b { /x w, }"))?)?;
/// assert!(subject.names().eq(["a", ":ns:b"]));
/// let read = Access::parse(&["file", "/x", "r"])?;
/// assert!(subject.ask(Some(b"a"), &read)?.is_allowed());
/// assert!(!subject.ask(Some(b":ns:b"), &read)?.is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Subject {
    pub(super) entries: Vec<SubjectProfile>,
}

#[derive(Debug)]
pub(super) struct SubjectProfile {
    pub(super) profile: BlobProfile,
    pub(super) provenance: Option<Provenance>,
    /// The texts that its rules stand in.
    pub(super) sources: Option<Arc<SourceMap>>,
}

/// Reasons why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The bytes are no binary policy.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A policy that no kernel would load has no meaning.
    #[error("the policy is unsound: {0}")]
    Unsound(#[from] VerifyError),
    /// There is nothing to ask.
    #[error("there is no profile in the policy")]
    Empty,
    /// No profile of that name.
    #[error("there is no profile `{name}`; {hint}")]
    NoProfile {
        /// The name.
        name: String,
        /// A hint: the profile that may be meant, or the known ones.
        hint: String,
    },
    /// Several profiles, and none is named.
    #[error("there are several profiles; name one: {0}")]
    Several(String),
}

/// The answer of a policy about an access.
///
/// ```
/// use armorer::query::{Decision, Subject};
/// use armorer::{Access, Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let text = "profile p {\n  /usr/bin/helper Px -> helper,\n}\n";
/// let subject = Subject::from_compiled(compiler.compile(Input::text("p", text))?)?;
/// let answer = subject.ask(None, &Access::parse(&["file", "/usr/bin/helper", "x"])?)?;
/// assert!(answer.is_allowed());
/// let [verdict] = &answer.verdicts[..] else { panic!("one permission") };
/// assert_eq!(verdict.decision, Decision::Allowed);
/// assert_eq!(verdict.exec.as_ref().unwrap().to.word(), "helper");
/// assert_eq!(answer.rules[verdict.decided_by[0]].place(), "p:2:3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The profile's name, unprintable bytes escaped.
    pub profile: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its mode.
    pub mode: LoadedMode,
    /// The access.
    pub access: Access,
    /// The access in words.
    pub question: String,
    /// The verdicts, one for each permission; where it differs, apart for files that the task owns and for others.
    pub verdicts: Vec<PermissionVerdict>,
    /// The rules about it in the order of the text; none where the policy is a blob.
    pub rules: Vec<RuleUse>,
    /// Further remarks.
    pub notes: Vec<String>,
    /// Whether the rules are known: the policy comes from text.
    pub traced: bool,
}

impl Answer {
    /// Whether everything that was asked is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.denied().next().is_none()
    }

    fn denied(&self) -> impl Iterator<Item = &PermissionVerdict> {
        self.verdicts.iter().filter(|verdict| verdict.decision != Decision::Allowed)
    }
}

/// Modes of a profile, as a kernel gets them; `default_allow` is [`LoadedMode::Unconfined`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoadedMode {
    /// Denied accesses fail.
    Enforce,
    /// Denied accesses are logged and happen, except those that a rule denies without logging.
    Complain,
    /// Denied accesses kill the task.
    Kill,
    /// Nothing is confined.
    Unconfined,
    /// User space is asked about what is denied.
    Prompt,
}

/// The verdict of a policy on one permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PermissionVerdict {
    /// Its name.
    pub permission: String,
    /// The ownership of the files that it is about.
    pub whose: FileOwnership,
    /// The decision of the rules.
    pub decision: Decision,
    /// Allowed and logged.
    pub audited: bool,
    /// Denied and not logged.
    pub quiet: bool,
    /// Whether it happens: it is allowed, or the profile only complains.
    pub happens: bool,
    /// The transition on exec.
    pub exec: Option<Execution>,
    /// The rules that decide, as indices of [`Answer::rules`].
    pub decided_by: Vec<usize>,
    /// The rules that say something about it, but that others go before.
    pub outranked: Vec<usize>,
}

/// The ownership of the files that a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileOwnership {
    /// All files, or objects that have no owner.
    Any,
    /// Files that the task owns.
    Owner,
    /// Files of others.
    Other,
}

/// The decision of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is allowed.
    Allowed,
    /// User space is asked; kernels up to Linux 7.2 deny.
    Prompt,
    /// It is denied.
    Denied,
}

/// A transition on exec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Execution {
    /// The profile of the program.
    pub to: ExecDestination,
    /// The fallback if there is no such profile; `None`: the exec fails.
    pub fallback: Option<Fallback>,
    /// Whether the environment is scrubbed (`AT_SECURE`) where the profile changes.
    pub scrubs_environment: bool,
    /// Profiles of this policy that attach to the program, where attachment decides.
    pub candidates: Vec<String>,
}

/// The profile that a program runs under.
///
/// ```
/// use armorer::query::ExecDestination;
///
/// assert_eq!(ExecDestination::Profile("helper".into()).word(), "helper");
/// assert_eq!(ExecDestination::ChildAttachment.word(), "child");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecDestination {
    /// The one of this name.
    Profile(String),
    /// The one that attaches to the program.
    Attachment,
    /// The child of the current one that attaches to the program.
    ChildAttachment,
    /// The current one.
    Inherit,
    /// None.
    Unconfined,
    /// There is no way to tell: every exec fails.
    Nowhere,
}

impl ExecDestination {
    /// Returns one word: the name of the profile, or `attachment`, `child`, `inherit`, `unconfined`, `nowhere`.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            ExecDestination::Profile(name) => name,
            ExecDestination::Attachment => "attachment",
            ExecDestination::ChildAttachment => "child",
            ExecDestination::Inherit => "inherit",
            ExecDestination::Unconfined => "unconfined",
            ExecDestination::Nowhere => "nowhere",
        }
    }
}

/// A fallback for an exec that finds no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fallback {
    /// The program runs under the current profile.
    Inherit,
    /// It runs unconfined.
    Unconfined,
}

/// A rule with its place.
///
/// ```
/// use armorer::query::Subject;
/// use armorer::{Access, Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let compiled = compiler.compile(Input::text("p", "profile p {\n  capability chown,\n}\n"))?;
/// let answer = Subject::from_compiled(compiled)?.ask(None, &Access::parse(&["capability", "chown"])?)?;
/// assert_eq!((answer.rules[0].place(), &*answer.rules[0].text), ("p:2:3".into(), "capability chown,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleUse {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, in bytes from 1.
    pub column: u32,
    /// The line's text, without the space around it.
    pub text: String,
    /// The mode of the rule.
    pub mode: RuleMode,
    /// Its priority.
    pub priority: i32,
}

impl Subject {
    /// A binary policy.
    ///
    /// ```
    /// use armorer::query::{Subject, is_blob};
    /// use armorer::{Access, Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let compiled = compiler.compile(Input::text("p", "profile p { /x r, }"))?;
    /// assert!(is_blob(compiled.blob()) && !is_blob(b"profile p { }"));
    /// let access = Access::parse(&["file", "/x", "r"])?;
    /// assert!(Subject::from_blob(compiled.blob())?.ask(None, &access)?.is_allowed());
    ///
    /// let profiles = compiled.records().to_vec();
    /// assert!(Subject::from_profiles(profiles)?.ask(None, &access)?.is_allowed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the bytes are none, or no kernel would load it.
    pub fn from_blob(bytes: &[u8]) -> Result<Self, QueryError> {
        Self::from_profiles(blob::read(bytes)?)
    }

    /// Profiles of a binary policy.
    ///
    /// # Errors
    /// When no kernel would load them.
    pub fn from_profiles(profiles: Vec<BlobProfile>) -> Result<Self, QueryError> {
        blob::verify(&profiles)?;
        let entries = profiles.into_iter().map(|profile| SubjectProfile { profile, provenance: None, sources: None });
        Ok(Subject { entries: entries.collect() })
    }

    /// A compiled policy; its rules are known, unless it comes from a cache.
    ///
    /// # Errors
    /// When no kernel would load it.
    pub fn from_compiled(policy: Compiled) -> Result<Self, QueryError> {
        let mut subject = Subject { entries: Vec::new() };
        subject.add(policy)?;
        Ok(subject)
    }

    /// Adds what another input defines.
    ///
    /// # Errors
    /// When no kernel would load it.
    pub fn add(&mut self, policy: Compiled) -> Result<(), QueryError> {
        blob::verify(policy.records())?;
        let entries = policy.into_records();
        self.entries.extend(entries.map(|(profile, provenance, sources)| {
            let sources = provenance.is_some().then_some(sources);
            SubjectProfile { profile, provenance, sources }
        }));
        Ok(())
    }

    /// Adds the profiles of another policy.
    ///
    /// ```
    /// use armorer::query::Subject;
    /// use armorer::{Compiler, Features, Input};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let read = |text: &str| Subject::from_compiled(compiler.compile(Input::text("p", text)).unwrap());
    /// let mut subject = read("profile a { }")?;
    /// subject.append(read("profile b { }")?);
    /// assert!(subject.names().eq(["a", "b"]));
    /// # Ok::<(), armorer::analysis::QueryError>(())
    /// ```
    #[cfg(feature = "new-access")]
    pub fn append(&mut self, other: Subject) {
        self.entries.extend(other.entries);
    }

    /// The names of the profiles, hats and children, unprintable bytes escaped.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.entries.iter().map(|entry| full_name(&entry.profile))
    }

    /// The names as [`Subject::ask`] takes them.
    #[cfg(feature = "suite")]
    pub(crate) fn full_names(&self) -> impl Iterator<Item = Vec<u8>> {
        self.entries.iter().map(|entry| match &entry.profile {
            BlobProfile { namespace: Some(namespace), name, .. } => [b":", &**namespace, b":", name].concat(),
            BlobProfile { name, .. } => name.clone(),
        })
    }

    /// Returns the answer about an access of a task under a profile. The profile may be left out where there is only one; one
    /// in a namespace is named `:namespace:profile`.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn ask(&self, profile: Option<&[u8]>, access: &Access) -> Result<Answer, QueryError> {
        let entry = self.find(profile)?;
        let mut answer = decide::answer(self, entry, access);
        // What a rule denies is not meant to be something else.
        let by_rule = |verdict: &PermissionVerdict| verdict.quiet || !verdict.decided_by.is_empty();
        let undecided = !answer.is_allowed() && !answer.denied().any(by_rule);
        if let Some(directory) = access.to_directory().filter(|_| undecided)
            && decide::answer(self, entry, &directory).is_allowed()
        {
            let note = "a directory's name ends in a slash: if it is one, ask for";
            answer.notes.push(format!("{note} `{directory}`, which is allowed"));
        }
        Ok(answer)
    }

    fn find(&self, name: Option<&[u8]>) -> Result<&SubjectProfile, QueryError> {
        let Some(wanted) = name else {
            return match self.entries.as_slice() {
                [] => Err(QueryError::Empty),
                [only] => Ok(only),
                _ => Err(QueryError::Several(self.list())),
            };
        };
        let named = |entry: &&SubjectProfile| {
            let BlobProfile { namespace, name, .. } = &entry.profile;
            let whole = namespace.as_ref().map(|namespace| [b":", &**namespace, b":", name].concat());
            name == wanted || whole.is_some_and(|whole| whole == wanted)
        };
        self.entries.iter().find(named).ok_or_else(|| {
            let names: Vec<String> = self.names().collect();
            let hint = match nearest(wanted, names.iter().map(String::as_str)) {
                Some(meant) => format!("is it `{meant}`?"),
                None => format!("there are: {}", self.list()),
            };
            QueryError::NoProfile { name: wanted.escape_ascii().to_string(), hint }
        })
    }

    /// The names of the profiles, not too many.
    fn list(&self) -> String {
        const MOST: usize = 20;
        let mut names: Vec<String> = self.names().take(MOST).collect();
        if self.entries.len() > MOST {
            names.push(format!("and {} more", self.entries.len() - MOST));
        }
        if names.is_empty() { "none".into() } else { names.join(", ") }
    }
}

/// The profile's name with its namespace.
pub(super) fn full_name(profile: &BlobProfile) -> String {
    let name = Text::from(&*profile.name);
    let name = name.escape_ascii();
    match &profile.namespace {
        Some(namespace) => format!(":{}:{name}", namespace.escape_ascii()),
        None => name.to_string(),
    }
}

/// Whether bytes are a binary policy, damaged or not, and no text.
///
/// No text begins with either byte: a policy begins with the tag of its version's name, a compressed one with the version of
/// its header.
///
/// ```
/// use armorer::query::is_blob;
///
/// assert!(is_blob(b"\x04\x08\0version\0") && !is_blob(b"profile p { }"));
/// ```
#[must_use]
pub fn is_blob(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(1 | 4))
}

#[cfg(test)]
mod tests;
