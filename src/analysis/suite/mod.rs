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
//!
//! [[test]]
//! profile = "*"                        # or a pattern of names
//! access = "file /etc/shadow w"
//! expect = "denied"
//! exempt = [{ profile = "passwd*", reason = "it sets passwords" }]
//! reason = "the password file is not for programs"
//!
//! [[test]]
//! only = ["backup"]                    # these are allowed it, and it happens under no others
//! access = "capability dac_read_search"
//! reason = "nothing else reads what it may not"
//! ```
//!
//! A suite with `extends = ["common.toml"]` has the tests of those as well, and their settings where it has none of its own;
//! `[[exempt]]` with `profile`, `access` and `reason` exempts from all tests of an access, inherited ones too. An exemption of a
//! profile that passes the test, or of no profile at all, is a failure, so that none stays behind; where only some kernels need it,
//! it lists these as `features`.
//!
//! `audited` is allowed and logged, `quiet` denied and not logged. Where an access has several permissions, the expectation is
//! about each. A test of exec may have `exec` (the name of a profile, `attachment`, `child`, `inherit`, `unconfined`; a list of
//! which one must hold; `!unconfined` must not), `fallback` (`none`, `inherit`, `unconfined`) and `scrubbed` (whether the
//! environment is); without `expect` it holds where nothing is executed. A test with `features` runs only for those of the suite's.

mod coverage;
mod file;
mod first;
mod names;
mod test;

use std::path::PathBuf;

use thiserror::Error;

use super::query::{QueryError, Subject};
use crate::compiler::{CompileError, Compiled, Compiler, Resolved};
use crate::features::Features;
use crate::resolve::policy_files;

pub use coverage::{Coverage, CoverageReport, FileCoverage, ProfileCoverage, RuleCoverage};
pub use test::{Expectation, TestResult};
use test::{Test, covers};
#[cfg(feature = "cli")]
pub(crate) use {file::split, names::NamePattern};

/// A file of tests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    name: String,
    profiles: Vec<PathBuf>,
    base: Option<PathBuf>,
    include: Vec<PathBuf>,
    /// Each as a file, and as it is written.
    features: Vec<(PathBuf, String)>,
    tests: Vec<Test>,
}

/// Reasons why a suite cannot be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The file is no suite.
    #[error("{name}: {error}")]
    Toml {
        /// The file.
        name: String,
        /// The error, with its place.
        error: toml::de::Error,
    },
    /// A test, an exemption or the words of an access are wrong.
    #[error("{name}:{line}: {message}")]
    Access {
        /// The file.
        name: String,
        /// The line.
        line: usize,
        /// The message.
        message: String,
    },
    /// A file or directory cannot be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The path of the file or directory.
        path: PathBuf,
        /// The error of the system.
        error: std::io::Error,
    },
    /// The features are neither built in nor a file.
    #[error("{name}: no feature set or file is named '{features}': {message}")]
    Features {
        /// The suite's file.
        name: String,
        /// The name in the suite.
        features: String,
        /// The message about the file.
        message: String,
    },
    /// The profiles have errors, or cannot be read.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The policy has no meaning.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Suite {
    /// The feature sets that it names; none where that is left to whoever runs it.
    ///
    /// # Errors
    /// When one is neither built in nor a readable file.
    pub fn features(&self) -> Result<Vec<(String, Features)>, SuiteError> {
        let each = self.features.iter().map(|(path, features)| {
            let known = Features::builtin(features)
                .map_or_else(|| Features::from_path(path).map_err(|error| error.to_string()), Ok);
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
            Some(base) => compiler.base(base),
            None => compiler,
        };
        self.include.iter().fold(compiler, |compiler, include| compiler.include_dir(include))
    }

    /// Compiles its profiles and runs its tests; `features` is the name of the compiler's features.
    ///
    /// # Errors
    /// When the profiles cannot be compiled.
    pub fn run(&self, compiler: &Compiler, features: &str) -> Result<Vec<TestResult>, SuiteError> {
        self.run_with(compiler, features, |_, _| ())
    }

    /// Runs the tests like [`Suite::run`], and notes in `coverage` which rules the tests depend on.
    ///
    /// ```
    /// use armorer::analysis::suite::{Coverage, Suite};
    /// use armorer::Features;
    ///
    /// let directory = std::env::temp_dir().join(format!("armorer-coverage-{}", std::process::id()));
    /// std::fs::create_dir_all(&directory)?;
    /// std::fs::write(directory.join("p"), "profile p {\n  /etc/p.conf r,\n  /run/p.pid w,\n}\n")?;
    /// let text = "profiles = ['p']\n[[test]]\nprofile = 'p'\naccess = 'file /etc/p.conf r'\nexpect = 'allowed'\nreason = 'why'\n";
    /// let suite = Suite::parse(&directory.join("suite.toml"), text)?;
    /// let compiler = suite.compiler(Features::builtin("linux-7.2").unwrap());
    /// let mut coverage = Coverage::default();
    /// assert!(suite.run_with_coverage(&compiler, "linux-7.2", &mut coverage)?.iter().all(|test| test.passed()));
    /// let report = coverage.report(false);
    /// assert_eq!((report.covered, report.rules), (1, 2));
    /// let uncovered = &report.profiles[0].uncovered[0];
    /// assert_eq!((uncovered.line, &*uncovered.text), (3, "/run/p.pid w,"));
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the profiles cannot be compiled.
    pub fn run_with_coverage(
        &self,
        compiler: &Compiler,
        features: &str,
        coverage: &mut Coverage,
    ) -> Result<Vec<TestResult>, SuiteError> {
        let results = self.run_with(compiler, features, |resolved, compiled| coverage.add(resolved, compiled))?;
        results.iter().for_each(|result| coverage.note(result));
        Ok(results)
    }

    fn run_with(
        &self,
        compiler: &Compiler,
        features: &str,
        mut look: impl FnMut(&Resolved, &Compiled),
    ) -> Result<Vec<TestResult>, SuiteError> {
        let mut subject: Option<Subject> = None;
        for path in self.files()? {
            let resolved = compiler.resolve(path)?;
            let policy = compiler.encode(&resolved)?;
            look(&resolved, &policy);
            match &mut subject {
                Some(subject) => subject.add(policy)?,
                None => subject = Some(Subject::from_compiled(policy)?),
            }
        }
        let Some(subject) = subject else { return Err(QueryError::Empty.into()) };
        let wanted = self.tests.iter().filter(|test| covers(test.features.as_ref(), features));
        Ok(wanted.flat_map(|test| test.run(&subject, features)).collect())
    }

    fn files(&self) -> Result<Vec<PathBuf>, SuiteError> {
        let mut files = Vec::new();
        for path in &self.profiles {
            if path.is_dir() {
                files.extend(policy_files(path).map_err(|error| SuiteError::Io { path: path.clone(), error })?);
            } else {
                files.push(path.clone());
            }
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests;
