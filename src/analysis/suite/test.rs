//! One test of a suite, and how it went.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::analysis::access::Access;
use crate::analysis::query::{Answer, Decision, Subject, Verdict};

#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) line: usize,
    pub(super) profile: String,
    pub(super) access: Access,
    pub(super) expect: Expect,
    pub(super) exec: Option<String>,
    pub(super) scrubbed: Option<bool>,
    pub(super) features: Option<Vec<String>>,
    pub(super) reason: String,
}

/// What must happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Expect {
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
}

/// How a test went.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TestResult {
    /// The line of the test in its file.
    pub line: usize,
    /// The profile.
    pub profile: String,
    /// What is tried.
    pub access: String,
    /// What must happen.
    pub expect: Expect,
    /// Why it must.
    pub reason: String,
    /// What is wrong; empty if the test passed.
    pub failures: Vec<String>,
    /// What the policy says; `None` where it has no such profile.
    pub answer: Option<Answer>,
}

impl TestResult {
    /// Whether everything is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Test {
    pub(super) fn run(&self, subject: &Subject) -> TestResult {
        let answer = subject.ask(Some(self.profile.as_bytes()), &self.access);
        let (failures, answer) = match answer {
            Ok(answer) => (self.failures(&answer), Some(answer)),
            Err(error) => (vec![error.to_string()], None),
        };
        TestResult {
            line: self.line,
            profile: self.profile.clone(),
            access: self.access.to_string(),
            expect: self.expect,
            reason: self.reason.clone(),
            failures,
            answer,
        }
    }

    fn failures(&self, answer: &Answer) -> Vec<String> {
        let mut failures = Vec::new();
        for verdict in &answer.verdicts {
            if !self.expect.holds(verdict) {
                failures.push(format!("{}: {verdict}", verdict.permission));
            }
        }
        if self.exec.is_none() && self.scrubbed.is_none() {
            return failures;
        }
        let mut execs = answer.verdicts.iter().filter_map(|verdict| verdict.exec.as_ref()).peekable();
        if execs.peek().is_none() {
            failures.push("nothing is executed".into());
        }
        for exec in execs {
            if self.exec.as_ref().is_some_and(|wanted| wanted != exec.to.word()) {
                failures.push(format!(
                    "exec leads to {}, and not to {}",
                    exec.to.word(),
                    self.exec.as_deref().unwrap_or("")
                ));
            }
            if self.scrubbed.is_some_and(|wanted| wanted != exec.scrubs_environment) {
                let what = if exec.scrubs_environment { "scrubbed" } else { "kept" };
                failures.push(format!("the environment is {what}"));
            }
        }
        failures
    }
}

impl Expect {
    fn holds(self, verdict: &Verdict) -> bool {
        match self {
            Expect::Allowed => verdict.decision == Decision::Allowed,
            Expect::Audited => verdict.decision == Decision::Allowed && verdict.audited,
            Expect::Denied => verdict.decision == Decision::Denied,
            Expect::Quiet => verdict.decision == Decision::Denied && verdict.quiet,
            Expect::Prompt => verdict.decision == Decision::Prompt,
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expect::Allowed => "allowed",
            Expect::Audited => "allowed and audited",
            Expect::Denied => "denied",
            Expect::Quiet => "denied and not logged",
            Expect::Prompt => "up to user space",
        })
    }
}

/// What is to say about a test: nothing if it passed.
impl fmt::Display for TestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed() {
            return Ok(());
        }
        writeln!(f, "profile {}: {} must be {}: {}", self.profile, self.access, self.expect, self.reason)?;
        self.failures.iter().try_for_each(|failure| writeln!(f, "  but {failure}"))?;
        let Some(answer) = &self.answer else { return Ok(()) };
        answer.to_string().lines().skip(1).try_for_each(|line| writeln!(f, "  {line}"))
    }
}
