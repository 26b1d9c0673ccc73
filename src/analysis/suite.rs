//! Tests of policy: a file that says what a tree of profiles must allow and deny, and a runner for it.
//!
//! A suite is a TOML file beside the profiles. Paths are relative to it.
//!
//! ```toml
//! profiles = ["apparmor.d"]            # files, and directories of them
//! base = "apparmor.d"                  # what `include <…>` is looked up in
//! features = ["linux-6.12", "linux-7.2"]  # names or files; all tests run for each
//!
//! [[test]]
//! profile = "backup"
//! access = "file /etc/shadow r"        # as `armorer query` takes it
//! expect = "allowed"                   # allowed, audited, denied, quiet, prompt
//! reason = "a backup reads everything"
//! ```
//!
//! `audited` is allowed and logged, `quiet` denied and not logged. Where an access has several permissions, the expectation is
//! about each. A test of exec may have `exec` (the name of a profile, `attachment`, `child`, `inherit`, `unconfined`) and
//! `scrubbed` (whether the environment is); one with `features` runs only for those of the suite's.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Spanned;

use super::access::Access;
use super::query::{Answer, Decision, QueryError, Subject, Verdict};
use crate::compiler::{CompileError, Compiler};
use crate::features::Features;
use crate::resolve::policy_files;

/// A file of tests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    name: String,
    /// What its paths are relative to.
    directory: PathBuf,
    profiles: Vec<PathBuf>,
    base: Option<PathBuf>,
    include: Vec<PathBuf>,
    features: Vec<String>,
    tests: Vec<Test>,
}

#[derive(Clone, Debug)]
struct Test {
    line: usize,
    profile: String,
    access: Access,
    expect: Expect,
    exec: Option<String>,
    scrubbed: Option<bool>,
    features: Option<Vec<String>>,
    reason: String,
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

/// Why a suite cannot be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The file is no suite.
    #[error("{name}: {error}")]
    Toml {
        /// The file.
        name: String,
        /// What is wrong, with the place.
        error: toml::de::Error,
    },
    /// The words of an access, or its quotes, are wrong.
    #[error("{name}:{line}: {message}")]
    Access {
        /// The file.
        name: String,
        /// The line of the access.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A file or directory cannot be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The features are neither built in nor a file.
    #[error("{name}: no features set or file is named '{features}': {message}")]
    Features {
        /// The suite's file.
        name: String,
        /// What it names.
        features: String,
        /// What is wrong with the file.
        message: String,
    },
    /// The profiles have errors, or cannot be read.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The policy has no meaning.
    #[error(transparent)]
    Query(#[from] QueryError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    profiles: Vec<PathBuf>,
    base: Option<PathBuf>,
    #[serde(default)]
    include: Vec<PathBuf>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default, rename = "test")]
    tests: Vec<Spanned<RawTest>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTest {
    profile: String,
    access: Spanned<String>,
    expect: Expect,
    exec: Option<String>,
    scrubbed: Option<bool>,
    features: Option<Vec<String>>,
    reason: String,
}

impl Suite {
    /// Reads a suite; `path` is where the text comes from, so what its paths are relative to.
    ///
    /// # Errors
    /// When it is no TOML, has unknown or misses needed keys, or an access is none.
    pub fn parse(path: &Path, text: &str) -> Result<Suite, SuiteError> {
        let name = path.display().to_string();
        let raw: Raw = toml::from_str(text).map_err(|error| SuiteError::Toml { name: name.clone(), error })?;
        let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
        let test = |raw: Spanned<RawTest>| {
            let at = line(raw.span().start);
            let RawTest { profile, access, expect, exec, scrubbed, features, reason } = raw.into_inner();
            let wrong =
                |message: String| SuiteError::Access { name: name.clone(), line: line(access.span().start), message };
            let words = split(access.get_ref()).ok_or_else(|| wrong("a quote is never closed".into()))?;
            let access = Access::parse(&words).map_err(|error| wrong(error.to_string()))?;
            Ok(Test { line: at, profile, access, expect, exec, scrubbed, features, reason })
        };
        let tests: Result<Vec<Test>, SuiteError> = raw.tests.into_iter().map(test).collect();
        Ok(Suite {
            tests: tests?,
            directory: path.parent().unwrap_or(Path::new("")).to_owned(),
            profiles: raw.profiles,
            base: raw.base,
            include: raw.include,
            features: raw.features,
            name,
        })
    }

    /// The features sets that it names; none where that is left to whoever runs it.
    ///
    /// # Errors
    /// When one is neither built in nor a readable file.
    pub fn features(&self) -> Result<Vec<(String, Features)>, SuiteError> {
        let each = self.features.iter().map(|features| {
            let known = Features::builtin(features).map_or_else(
                || Features::from_path(self.directory.join(features)).map_err(|error| error.to_string()),
                Ok,
            );
            known.map(|known| (features.clone(), known)).map_err(|message| SuiteError::Features {
                name: self.name.clone(),
                features: features.clone(),
                message,
            })
        });
        each.collect()
    }

    /// A compiler for its profiles.
    #[must_use]
    pub fn compiler(&self, features: Features) -> Compiler {
        let compiler = Compiler::new(features);
        let compiler = match &self.base {
            Some(base) => compiler.base(self.directory.join(base)),
            None => compiler,
        };
        self.include.iter().fold(compiler, |compiler, include| compiler.include_dir(self.directory.join(include)))
    }

    /// Compiles its profiles and runs its tests; `features` is the name of the compiler's features.
    ///
    /// # Errors
    /// When the profiles cannot be compiled.
    pub fn run(&self, compiler: &Compiler, features: &str) -> Result<Vec<TestResult>, SuiteError> {
        let mut subject: Option<Subject> = None;
        for path in self.files()? {
            let policy = compiler.compile(path)?;
            match &mut subject {
                Some(subject) => subject.add(policy)?,
                None => subject = Some(Subject::from_compiled(policy)?),
            }
        }
        let Some(subject) = subject else { return Err(QueryError::Empty.into()) };
        let wanted = |test: &&Test| test.features.as_ref().is_none_or(|list| list.iter().any(|name| name == features));
        Ok(self.tests.iter().filter(wanted).map(|test| test.run(&subject)).collect())
    }

    fn files(&self) -> Result<Vec<PathBuf>, SuiteError> {
        let mut files = Vec::new();
        for path in self.profiles.iter().map(|path| self.directory.join(path)) {
            if path.is_dir() {
                files.extend(policy_files(&path).map_err(|error| SuiteError::Io { path, error })?);
            } else {
                files.push(path);
            }
        }
        Ok(files)
    }
}

impl Test {
    fn run(&self, subject: &Subject) -> TestResult {
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

/// The words of a line: white space parts them but within quotes, single or double. `None` if a quote is never closed.
fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Suite, String> {
        Suite::parse(Path::new("dir/suite.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn words_and_quotes() {
        assert_eq!(split("file  '/a b' r").unwrap(), ["file", "/a b", "r"]);
        assert_eq!(split("a \"\" b\"c\"'d'").unwrap(), ["a", "", "bcd"]);
        assert_eq!(split(" \t"), Some(vec![]));
        assert_eq!(split("a 'b"), None);
    }

    #[test]
    fn wrong_files_are_refused_with_their_place() {
        let test = |lines: &str| parse(&format!("profiles = [\"p\"]\n[[test]]\n{lines}")).unwrap_err();
        let fine = "profile = \"p\"\naccess = \"file /a r\"\nexpect = \"denied\"\nreason = \"why\"\n";
        assert!(parse(&format!("profiles = [\"p\"]\n[[test]]\n{fine}")).is_ok());
        let unknown = test(&format!("{fine}reasn = \"x\"\n"));
        assert!(unknown.contains("line 7, column 1") && unknown.contains("reasn"), "{unknown}");
        let missing = test("profile = \"p\"\naccess = \"file /a r\"\nexpect = \"denied\"\n");
        assert!(missing.contains("missing field `reason`") && missing.contains("line 2"), "{missing}");
        let variant = test(&fine.replace("denied", "forbidden"));
        assert!(variant.contains("line 5") && variant.contains("quiet"), "{variant}");
        let access = test(&fine.replace("file /a r", "fiel /a r"));
        assert_eq!(access, "dir/suite.toml:4: `fiel` is no class of access; is it `file`?");
        assert!(test(&fine.replace("/a r", "'/a r")).contains("quote"));
        assert!(parse("profile = []").unwrap_err().contains("unknown field `profile`"));
    }

    #[test]
    fn features_are_built_in_or_files() {
        let suite = |features: &str| parse(&format!("profiles = []\nfeatures = [{features}]\n")).unwrap();
        assert!(suite("").features().unwrap().is_empty());
        assert_eq!(suite("\"linux-7.2\", \"linux-6.1\"").features().unwrap().len(), 2);
        let error = suite("\"linux-0.1\"").features().unwrap_err().to_string();
        assert!(error.contains("linux-0.1") && error.contains("dir/suite.toml"), "{error}");
    }
}
