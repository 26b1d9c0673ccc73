//! Diagnostics with the texts that they are about, and the errors of a compiler.

use std::fmt;
use std::sync::Arc;

use crate::blob;
use crate::diagnostic::{Diagnostic, Escaped, Severity};
use crate::source::{SourceError, SourceMap};

/// The diagnostics of an input, with the texts that they point into.
///
/// ```
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
/// let diagnosis = compiler.check(Input::text("p", "profile p {\n  capability chwon,\n}\n"))?;
/// assert!(diagnosis.has_errors());
/// assert!(diagnosis.to_string().starts_with("p:2:14: error[cap-invalid]: "));
///
/// let [error] = diagnosis.diagnostics() else { panic!("one error") };
/// assert_eq!(diagnosis.line(error), diagnosis.to_string().trim_end());
/// assert_eq!(diagnosis.sources().get(error.span().source).line(2), b"  capability chwon,");
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Arc<SourceMap>,
}

impl Diagnosis {
    /// The diagnostics, in the order in which they were raised.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The texts that spans point into.
    #[must_use]
    pub fn sources(&self) -> &Arc<SourceMap> {
        &self.sources
    }

    /// Whether an error is among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// A diagnostic in one line, [escaped](Escaped), with its place, severity and code.
    #[must_use]
    pub fn line(&self, diagnostic: &Diagnostic) -> String {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = self.sources.describe(diagnostic.span());
        format!("{}: {severity}[{}]: {diagnostic}", Escaped::line(&place), diagnostic.code)
    }

    /// The first error with its place, and how many more there are.
    fn summary(&self) -> String {
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        match (errors.next(), errors.count()) {
            (Some(first), 0) => self.line(first),
            (Some(first), 1) => format!("{} (and another error)", self.line(first)),
            (Some(first), more) => format!("{} (and {more} more errors)", self.line(first)),
            (None, _) => "the policy was rejected".into(),
        }
    }
}

/// One line for each diagnostic.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{}", self.line(diagnostic)))
    }
}

/// Reasons why an input has no policy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The input cannot be read.
    #[error("{name}: {source}")]
    Read {
        /// Its name.
        name: String,
        /// The error of the loader.
        source: std::io::Error,
    },
    /// The input is too large.
    #[error(transparent)]
    TooLarge(#[from] SourceError),
    /// The text has errors: they have to be corrected there.
    #[error("{}", .0.summary())]
    Rejected(Diagnosis),
    /// The policy does not fit the binary format: a name or a table has to become smaller.
    #[error(transparent)]
    Write(#[from] blob::WriteError),
}
