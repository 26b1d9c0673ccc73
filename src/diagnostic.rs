//! Diagnostics about a text: one [`Diagnostic`] type for every stage, with a stable [`Code`].
//!
//! A diagnostic is a value: it is serialised by serde, and [`Diagnostic::report`] turns it into a miette report with the text
//! around it, bounded and [escaped](Escaped) whatever the text is. Who raises one looks for a [`Code`] whose description fits, and adds a code to the table where none does.

mod codes;
mod detail;
mod escape;
mod excerpt;
mod levels;
mod report;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::{Span, Text};

pub use codes::Code;
pub use detail::Detail;
pub use escape::Escaped;
#[cfg(all(feature = "draft", target_os = "linux"))]
pub(crate) use escape::bounded;
#[cfg(any(feature = "cli", feature = "suite"))]
pub(crate) use escape::is_active;
#[cfg(feature = "lsp")]
pub(crate) use escape::line as escaped_line;
pub use levels::Levels;
pub use report::RenderableDiagnostic;

/// The most bytes of a message or help; a word of the text that it names may be of any length.
const MAX_SENTENCE: usize = 1000;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information: the policy is right.
    Note,
    /// The policy is compiled; the text may not mean what its author thinks.
    Warning,
    /// No policy is made.
    Error,
}

/// A place that a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text of the label; may be empty for the primary place.
    pub text: String,
}

/// One message about a text.
///
/// ```
/// use armorer::diagnostic::Detail;
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap());
/// let diagnosis = compiler.check(Input::text("p", "profile p {\n  capability chwon,\n}\n"))?;
/// let [error] = diagnosis.diagnostics() else { panic!("one error") };
/// assert!(error.is_error());
/// assert_eq!(diagnosis.sources().describe(error.span()), "p:2:14");
///
/// // For one of miette's renderers.
/// let report = error.report(diagnosis.sources());
/// assert_eq!(report.to_string(), error.message);
///
/// // A program that raises diagnostics of its own gives data as well.
/// let missing = error.clone().with_detail(Detail::NotFound { path: "tunables/globl".into(), nearest: None });
/// assert!(matches!(missing.detail.as_deref(), Some(Detail::NotFound { .. })));
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The name of the message, stable over versions.
    pub code: Code,
    /// The severity; from the code unless a caller promotes or demotes it.
    pub severity: Severity,
    /// One sentence without a full stop, with the names of the case at hand.
    pub message: String,
    /// The place it is about, and further ones that explain it.
    pub labels: Vec<Label>,
    /// The advice.
    pub help: Option<String>,
    /// The include rules that led to the file of the first label, innermost first.
    pub include_chain: Box<[Span]>,
    /// The name, as written, of the innermost profile that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Text>,
    /// The data of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<Detail>>,
}

impl Diagnostic {
    /// A diagnostic about one place.
    #[doc(hidden)]
    pub fn new(code: Code, message: impl Into<String>, span: Span) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: short(message.into()),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            include_chain: Box::default(),
            profile: None,
            detail: None,
        }
    }

    /// Adds a help: what to write instead.
    #[must_use]
    #[doc(hidden)]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(short(help.into()));
        self
    }

    /// Writes a few words at the primary place.
    #[must_use]
    #[doc(hidden)]
    pub fn with_label(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = short(text.into());
        }
        self
    }

    /// Points at a further place.
    #[must_use]
    #[doc(hidden)]
    pub fn and_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: short(text.into()) });
        self
    }

    /// The place it is about.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }

    /// Whether it stops compilation.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A sentence without the middle of a word that nobody reads to its end.
fn short(sentence: String) -> String {
    match escape::bounded(&sentence, MAX_SENTENCE) {
        std::borrow::Cow::Borrowed(_) => sentence,
        std::borrow::Cow::Owned(short) => short,
    }
}

/// The message on one line, bounded and [escaped](Escaped).
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape::line(&self.message, MAX_SENTENCE))
    }
}

/// Collects the diagnostics of a run.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// The include rules around the place that is being looked at, outermost first.
    include_stack: Vec<Span>,
    /// The names of the profiles around that place, outermost first.
    profile_stack: Vec<Text>,
}

impl Diagnostics {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; it gets the include chain and the profile of the moment unless it has its own.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        if diagnostic.include_chain.is_empty() {
            diagnostic.include_chain = self.include_stack.iter().rev().copied().collect();
        }
        if diagnostic.profile.is_none() {
            diagnostic.profile = self.profile_stack.last().cloned();
        }
        self.list.push(diagnostic);
    }

    /// Marks the following diagnostics as located in a file that the rule at `span` includes.
    pub fn enter_include(&mut self, span: Span) {
        self.include_stack.push(span);
    }

    /// Back to the including file.
    pub fn leave_include(&mut self) {
        self.include_stack.pop();
    }

    /// The diagnostics that follow are about the profile of this name.
    pub(crate) fn enter_profile(&mut self, name: Text) {
        self.profile_stack.push(name);
    }

    /// Back to what is around the profile.
    pub(crate) fn leave_profile(&mut self) {
        self.profile_stack.pop();
    }

    /// Whether an error is among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// The diagnostics in the order they were raised.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Takes the list out.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.list
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
