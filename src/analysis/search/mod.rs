//! Searches many profiles for those that allow, deny or log an access: the reverse of [`query`](super::query).
//!
//! A question may have patterns in the place of paths, names and labels. A profile then allows what is asked if it allows all of
//! the permissions on one string of the pattern, for the owner of the file or for others. That is decided on the product of the
//! profile's automaton, as the kernel walks it, with that of the pattern, and the shortest such string is the witness.
//!
//! A peer that a pattern names is matched as a whole, also where it is a stack of profiles.

mod deciders;
mod pattern;
mod text;

use serde::Serialize;
use thiserror::Error;

use super::access::{AccessError, Question};
use super::query::{
    Answer, Decision, FileOwnership, LoadedMode, PermissionVerdict, RuleUse, Subject, SubjectProfile, decide, full_name,
};
use crate::parallel;

/// The answer of each profile to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SearchResult {
    /// The question.
    pub question: Question,
    /// Each profile, in the order of the policy.
    pub profiles: Vec<ProfileAnswer>,
}

/// The answer of one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileAnswer {
    /// The name with its namespace, unprintable bytes escaped.
    pub profile: String,
    /// Its mode.
    pub mode: LoadedMode,
    /// The decision about everything that is asked; for a pattern, about one of its strings.
    pub decision: Decision,
    /// The ownership of the files that it is about.
    pub whose: FileOwnership,
    /// Allowed and logged.
    pub audited: bool,
    /// Denied by a rule, without a record; of a pattern, on one of its strings.
    pub quiet: bool,
    /// Whether it happens: it is allowed, or the profile only complains.
    pub happens: bool,
    /// The reason why nothing of it is checked.
    pub unchecked: Option<String>,
    /// The rules that decide, in the order of the text; none where the policy is a blob.
    pub rules: Vec<DecidingRule>,
    /// A shortest string of the pattern that the decision is about.
    pub witness: Option<String>,
}

/// A rule that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecidingRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleUse,
    /// A string of the pattern that it decides about.
    pub witness: Option<String>,
}

/// The profiles for which one rule decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfilesByRule<'a> {
    /// The rule, `None` where no rule is known.
    pub rule: Option<&'a RuleUse>,
    /// The reason why nothing is checked, where that is so.
    pub unchecked: Option<&'a str>,
    /// A string of the pattern that the rule decides about in the first of the profiles.
    pub witness: Option<&'a str>,
    /// The profiles, in the order of the policy.
    #[serde(serialize_with = "names")]
    pub profiles: Vec<&'a ProfileAnswer>,
}

/// The answers to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFilter {
    /// Profiles that allow it.
    Allowed,
    /// Those that allow it and write a record.
    Audited,
    /// Those that do not allow it.
    Denied,
    /// Those that deny it by a rule and write no record.
    Quiet,
    /// Those that let user space decide.
    Prompt,
}

/// Reasons why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The question cannot be asked with a pattern.
    #[error("{0}")]
    Pattern(String),
    /// The words are no question.
    #[error(transparent)]
    Usage(#[from] AccessError),
    /// The product of the automata is too large.
    #[error("profile `{0}`: its automaton is too large to search")]
    TooLarge(String),
}

/// Asks every profile of a policy.
///
/// # Errors
///
/// When a pattern stands in a question that has none, or is too large.
///
/// # Examples
///
/// ```
/// use armorer::analysis::access::Question;
/// use armorer::analysis::search::{AnswerFilter, search};
/// use armorer::query::Subject;
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let text = "profile a { /etc/** r, }\nprofile b { /etc/motd rw, }\nprofile c { /tmp/** rw, }\n";
/// let subject = Subject::from_compiled(compiler.compile(Input::text("p", text))?)?;
/// let found = search(&subject, &Question::parse(&["file", "/etc/**", "w"])?)?;
/// let names: Vec<&str> = found.select(AnswerFilter::Allowed).map(|found| &*found.profile).collect();
/// assert_eq!(names, ["b"]);
/// assert_eq!(found.profiles[1].witness.as_deref(), Some("file \"/etc/motd\""));
/// let group = &found.groups(AnswerFilter::Allowed)[0];
/// assert_eq!((group.rule.unwrap().place(), group.profiles.len()), ("p:2:13".into(), 1));
/// assert!(found.to_text(AnswerFilter::Allowed, 8).starts_with("file '/etc/**' w: allowed by 1 of 3 profiles\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn search(subject: &Subject, question: &Question) -> Result<SearchResult, SearchError> {
    let patterns = pattern::PatternCache::default();
    let ask = |entry: &SubjectProfile| {
        if question.is_pattern() {
            pattern::ask(subject, entry, question, &patterns)
        } else {
            Ok(ProfileAnswer::of_answer(entry, question, &decide::answer(subject, entry, question.access())))
        }
    };
    let profiles =
        parallel::map(&subject.entries, ask).into_iter().collect::<Result<Vec<ProfileAnswer>, SearchError>>()?;
    Ok(SearchResult { question: question.clone(), profiles })
}

impl SearchResult {
    /// The profiles with an answer.
    pub fn select(&self, selection: AnswerFilter) -> impl Iterator<Item = &ProfileAnswer> {
        self.profiles.iter().filter(move |found| selection.has(found))
    }

    /// The profiles with an answer, by the rules that decide, those for most profiles first. A profile in which several rules
    /// decide is in several groups.
    #[must_use]
    pub fn groups(&self, selection: AnswerFilter) -> Vec<ProfilesByRule<'_>> {
        let mut groups: rustc_hash::FxHashMap<_, ProfilesByRule<'_>> = rustc_hash::FxHashMap::default();
        for found in self.select(selection) {
            let unchecked = found.unchecked.as_deref();
            let rules = found.rules.iter().map(Some);
            let none = found.rules.is_empty().then_some(None);
            for rule in rules.chain(none) {
                let witness = rule.map_or(found.witness.as_deref(), |deciding| deciding.witness.as_deref());
                let rule = rule.map(|deciding| &deciding.rule);
                let key = (rule.map(|rule| (&rule.file, rule.line, rule.column, rule.mode)), unchecked);
                let group =
                    groups.entry(key).or_insert(ProfilesByRule { rule, unchecked, witness, profiles: Vec::new() });
                group.profiles.push(found);
            }
        }
        let mut groups: Vec<(_, ProfilesByRule<'_>)> = groups.into_iter().collect();
        groups.sort_by_key(|((place, unchecked), group)| {
            let place = place.map(|(file, line, column, _)| (file, line, column));
            (place.is_none(), std::cmp::Reverse(group.profiles.len()), place, *unchecked)
        });
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

impl AnswerFilter {
    fn has(self, found: &ProfileAnswer) -> bool {
        match self {
            AnswerFilter::Allowed => found.decision == Decision::Allowed,
            AnswerFilter::Audited => found.decision == Decision::Allowed && found.audited,
            AnswerFilter::Denied => found.decision != Decision::Allowed,
            AnswerFilter::Quiet => found.decision == Decision::Denied && found.quiet,
            AnswerFilter::Prompt => found.decision == Decision::Prompt,
        }
    }
}

impl ProfileAnswer {
    /// A profile under which nothing of it is checked.
    fn unchecked(entry: &SubjectProfile, reason: String) -> ProfileAnswer {
        ProfileAnswer {
            profile: full_name(&entry.profile),
            mode: decide::mode(&entry.profile),
            decision: Decision::Allowed,
            whose: FileOwnership::Any,
            audited: false,
            quiet: false,
            happens: true,
            unchecked: Some(reason),
            rules: Vec::new(),
            witness: None,
        }
    }

    fn of_answer(entry: &SubjectProfile, question: &Question, answer: &Answer) -> ProfileAnswer {
        let plan = question.access().plan(&entry.profile);
        if let Some(reason) = decide::unchecked_because(&entry.profile, &plan) {
            return ProfileAnswer::unchecked(entry, reason);
        }
        let of = |half: FileOwnership| {
            answer.verdicts.iter().filter(move |found| found.whose == half || found.whose == FileOwnership::Any)
        };
        let asked = [FileOwnership::Owner, FileOwnership::Other].map(|half| of(half).next().is_some());
        let worst = |half| of(half).map(|verdict| verdict.decision).max_by_key(|&decision| rank(decision));
        let halves = [FileOwnership::Owner, FileOwnership::Other].map(|half| worst(half).unwrap_or(Decision::Denied));
        let (decision, whose) = both(halves, asked);
        let about = |verdict: &&PermissionVerdict| {
            whose == FileOwnership::Any || verdict.whose == FileOwnership::Any || verdict.whose == whose
        };
        let verdicts: Vec<&PermissionVerdict> = answer.verdicts.iter().filter(about).collect();
        let deciding = verdicts.iter().filter(|verdict| rank(verdict.decision) == rank(decision));
        let mut rules: Vec<usize> = deciding.flat_map(|verdict| verdict.decided_by.iter().copied()).collect();
        rules.sort_unstable();
        rules.dedup();
        let mut refused = verdicts.iter().filter(|verdict| verdict.decision == Decision::Denied).peekable();
        ProfileAnswer {
            profile: full_name(&entry.profile),
            mode: answer.mode,
            decision,
            whose,
            audited: decision == Decision::Allowed && verdicts.iter().any(|verdict| verdict.audited),
            quiet: refused.peek().is_some() && refused.all(|verdict| verdict.quiet),
            happens: verdicts.iter().all(|verdict| verdict.happens),
            unchecked: None,
            rules: rules
                .into_iter()
                .filter_map(|at| Some(DecidingRule { rule: answer.rules.get(at)?.clone(), witness: None }))
                .collect(),
            witness: None,
        }
    }
}

/// The order of decisions, from what allows most.
fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::Allowed => 0,
        Decision::Prompt => 1,
        Decision::Denied => 2,
    }
}

/// The better decision of two halves, of those that are asked, and for whose files it holds.
fn both([owner, other]: [Decision; 2], asked: [bool; 2]) -> (Decision, FileOwnership) {
    match asked {
        [true, false] => (owner, FileOwnership::Owner),
        [false, true] => (other, FileOwnership::Other),
        _ => match rank(owner).cmp(&rank(other)) {
            std::cmp::Ordering::Less => (owner, FileOwnership::Owner),
            std::cmp::Ordering::Equal => (owner, FileOwnership::Any),
            std::cmp::Ordering::Greater => (other, FileOwnership::Other),
        },
    }
}

fn names<S: serde::Serializer>(found: &[&ProfileAnswer], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(found.iter().map(|found| &found.profile))
}

#[cfg(test)]
mod tests;
