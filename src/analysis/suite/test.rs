//! One test of a suite, and its result.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::names::NamePattern;
use crate::analysis::access::Access;
use crate::analysis::query::{Answer, Decision, Fallback, PermissionVerdict, Subject};

/// A test as it is written: of one profile, or of many.
#[derive(Clone, Debug)]
pub(super) struct Test {
    /// The file that it stands in.
    pub(super) suite: String,
    pub(super) line: usize,
    pub(super) who: TestedProfiles,
    pub(super) exempt: Vec<Exemption>,
    pub(super) access: Access,
    pub(super) expect: Expectation,
    pub(super) transition: ExpectedTransition,
    pub(super) features: Option<Vec<String>>,
    pub(super) reason: String,
}

/// The profiles that a test is about.
#[derive(Clone, Debug)]
pub(super) enum TestedProfiles {
    /// Each of these.
    Profiles(NamePattern),
    /// All: these may, and no others.
    Only(Vec<NamePattern>),
}

/// Profiles that need not pass a test, and do not.
#[derive(Clone, Debug)]
pub(super) struct Exemption {
    pub(super) names: NamePattern,
    /// The features that it holds for; `None`: all.
    pub(super) features: Option<Vec<String>>,
    pub(super) reason: String,
    pub(super) suite: String,
    pub(super) line: usize,
}

/// The profile that an exec must lead to.
#[derive(Clone, Debug)]
pub(super) struct ExpectedTransition {
    /// One of these words; those that begin with `!` must not be.
    pub(super) exec: Option<Vec<String>>,
    pub(super) fallback: Option<String>,
    pub(super) scrubbed: Option<bool>,
}

/// An expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Expectation {
    /// It is allowed.
    Allowed,
    /// It is allowed and logged.
    Audited,
    /// It is denied.
    Denied,
    /// It is denied and not logged.
    Quiet,
    /// User space is asked.
    Prompt,
    /// Whatever is decided: only where an exec leads is tested.
    Any,
}

/// The result of a test.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TestResult {
    /// The file of the test.
    pub suite: String,
    /// The line of the test in its file.
    pub line: usize,
    /// The profile.
    pub profile: String,
    /// The access.
    pub access: String,
    /// The expectation.
    pub expect: Expectation,
    /// The reason why it must.
    pub reason: String,
    /// The failures; empty if the test passed.
    pub failures: Vec<String>,
    /// The answer of the policy; `None` where it has no such profile.
    pub answer: Option<Answer>,
}

impl TestResult {
    /// Whether everything is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl ExpectedTransition {
    pub(super) fn is_empty(&self) -> bool {
        self.exec.is_none() && self.fallback.is_none() && self.scrubbed.is_none()
    }

    /// Returns the failures of an exec to lead where it must; without `must` it need lead nowhere.
    fn failures(&self, answer: &Answer, must: bool) -> Vec<String> {
        let mut failures = Vec::new();
        if self.is_empty() {
            return failures;
        }
        let mut execs = answer.verdicts.iter().filter_map(|verdict| verdict.exec.as_ref()).peekable();
        if must && execs.peek().is_none() {
            failures.push("nothing is executed".into());
        }
        for exec in execs {
            let (refused, wanted): (Vec<&str>, Vec<&str>) =
                self.exec.iter().flatten().map(String::as_str).partition(|word| word.starts_with('!'));
            let to = exec.to.word();
            if refused.iter().any(|word| word.strip_prefix('!') == Some(to)) {
                failures.push(format!("exec leads to {to}"));
            } else if !wanted.is_empty() && !wanted.contains(&to) {
                failures.push(format!("exec leads to {to}, and not to {}", wanted.join(" or ")));
            }
            let fallback = match exec.fallback {
                None => "none",
                Some(Fallback::Inherit) => "inherit",
                Some(Fallback::Unconfined) => "unconfined",
            };
            if self.fallback.as_ref().is_some_and(|wanted| wanted != fallback) {
                failures.push(format!("the fallback is {fallback}"));
            }
            if self.scrubbed.is_some_and(|wanted| wanted != exec.scrubs_environment) {
                let what = if exec.scrubs_environment { "scrubbed" } else { "kept" };
                failures.push(format!("the environment is {what}"));
            }
        }
        failures
    }
}

impl Test {
    /// The results for each profile that the test is about.
    pub(super) fn run(&self, subject: &Subject, features: &str) -> Vec<TestResult> {
        let holds = |exemption: &&Exemption| covers(exemption.features.as_ref(), features);
        let exempt: Vec<&Exemption> = self.exempt.iter().filter(holds).collect();
        let mut results: Vec<TestResult> = Vec::new();
        for exemption in exempt.iter().filter(|exemption| exemption.names.is_about_none(subject)) {
            results.push(exemption.result(self, exemption.names.text(), "no profile has the exempt name".into(), None));
        }
        let names = match &self.who {
            TestedProfiles::Profiles(names) => {
                let found = names.among(subject);
                if found.is_empty() {
                    results.push(self.result(names.text(), vec!["no profile has such a name".into()], None));
                }
                found
            }
            TestedProfiles::Only(names) => {
                for name in names.iter().filter(|name| name.is_about_none(subject)) {
                    results.push(self.result(name.text(), vec!["no profile has such a name".into()], None));
                }
                subject.full_names().collect()
            }
        };
        for name in names {
            let result = self.of_profile(subject, &name);
            match exempt.iter().find(|exemption| exemption.names.is_about(subject, &name)) {
                None => results.push(result),
                Some(exemption) if result.passed() => {
                    let needless = format!("the exemption is needless: {}", exemption.reason);
                    results.push(exemption.result(self, &result.profile, needless, result.answer));
                }
                Some(_) => {}
            }
        }
        results
    }

    fn of_profile(&self, subject: &Subject, name: &[u8]) -> TestResult {
        let shown = name.escape_ascii().to_string();
        let answer = match subject.ask(Some(name), &self.access) {
            Ok(answer) => answer,
            Err(error) => return self.result(&shown, vec![error.to_string()], None),
        };
        let (expect, mut failures) = match &self.who {
            TestedProfiles::Profiles(_) => (self.expect, self.expect.failures(&answer)),
            TestedProfiles::Only(only) if only.iter().any(|names| names.is_about(subject, name)) => {
                (Expectation::Allowed, Expectation::Allowed.failures(&answer))
            }
            TestedProfiles::Only(_) => (Expectation::Denied, happening(&answer)),
        };
        failures.extend(self.transition.failures(&answer, expect != Expectation::Any));
        TestResult { expect, ..self.result(&shown, failures, Some(answer)) }
    }

    fn result(&self, profile: &str, failures: Vec<String>, answer: Option<Answer>) -> TestResult {
        TestResult {
            suite: self.suite.clone(),
            line: self.line,
            profile: profile.to_owned(),
            access: self.access.to_string(),
            expect: self.expect,
            reason: self.reason.clone(),
            failures,
            answer,
        }
    }
}

impl Exemption {
    /// The failure of an exemption from a test.
    fn result(&self, test: &Test, profile: &str, failure: String, answer: Option<Answer>) -> TestResult {
        let result = test.result(profile, vec![failure], answer);
        TestResult { suite: self.suite.clone(), line: self.line, ..result }
    }
}

/// Returns the accesses that happen although nobody may do them: complain mode lets denied ones happen.
fn happening(answer: &Answer) -> Vec<String> {
    let happens = answer.verdicts.iter().filter(|verdict| verdict.happens);
    let failure = |verdict: &PermissionVerdict| match verdict.decision {
        Decision::Allowed => format!("{}: {verdict}", verdict.permission),
        _ => format!("{}: {verdict}, but the mode of the profile lets it happen", verdict.permission),
    };
    happens.map(failure).collect()
}

/// Whether a list of features, if there is one, has a name.
pub(super) fn covers(list: Option<&Vec<String>>, features: &str) -> bool {
    list.is_none_or(|list| list.iter().any(|name| name == features))
}

impl Expectation {
    fn failures(self, answer: &Answer) -> Vec<String> {
        let failed = answer.verdicts.iter().filter(|verdict| !self.holds(verdict));
        failed.map(|verdict| format!("{}: {verdict}", verdict.permission)).collect()
    }

    fn holds(self, verdict: &PermissionVerdict) -> bool {
        match self {
            Expectation::Allowed => verdict.decision == Decision::Allowed,
            Expectation::Audited => verdict.decision == Decision::Allowed && verdict.audited,
            Expectation::Denied => verdict.decision == Decision::Denied,
            Expectation::Quiet => verdict.decision == Decision::Denied && verdict.quiet,
            Expectation::Prompt => verdict.decision == Decision::Prompt,
            Expectation::Any => true,
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expectation::Allowed => "allowed",
            Expectation::Audited => "allowed and audited",
            Expectation::Denied => "denied",
            Expectation::Quiet => "denied and not logged",
            Expectation::Prompt => "up to user space",
            Expectation::Any => "allowed or denied",
        })
    }
}

/// The failures of a test: nothing if it passed.
impl fmt::Display for TestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed() {
            return Ok(());
        }
        write!(f, "profile {}: {} ", self.profile, self.access)?;
        match self.expect {
            Expectation::Any => writeln!(f, "must lead elsewhere: {}", self.reason)?,
            expect => writeln!(f, "must be {expect}: {}", self.reason)?,
        }
        self.failures.iter().try_for_each(|failure| writeln!(f, "  but {failure}"))?;
        let Some(answer) = &self.answer else { return Ok(()) };
        answer.to_string().lines().skip(1).try_for_each(|line| writeln!(f, "  {line}"))
    }
}
