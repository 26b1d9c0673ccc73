//! A [`Diagnostic`] as a miette report, with the text around it.

use std::borrow::Cow;
use std::fmt;

use miette::{LabeledSpan, SourceCode};

use super::escape::line;
use super::excerpt::Excerpt;
use super::{Diagnostic, Label, MAX_SENTENCE, Severity};
use crate::source::{SourceMap, Span};

/// The most places of one diagnostic that are shown: in its file, elsewhere, and of include rules.
const MAX_PLACES: usize = 8;

/// A diagnostic joined with its sources, ready for one of miette's renderers.
///
/// Whatever the texts are, the report is bounded and [escaped](super::Escaped): of a long line it holds the part around the label.
#[derive(Debug)]
pub struct RenderableDiagnostic<'a> {
    severity: Severity,
    message: Cow<'a, str>,
    code: String,
    help: Option<String>,
    /// `None` for a diagnostic without a place in a text.
    excerpt: Option<Excerpt>,
}

impl Diagnostic {
    /// Joins the diagnostic with the texts it points into.
    #[must_use]
    pub fn report<'a>(&'a self, sources: &SourceMap) -> RenderableDiagnostic<'a> {
        let Diagnostic { code, severity, message, labels, help, include_chain, .. } = self;
        RenderableDiagnostic::new(code.to_string(), *severity, message, labels, help.as_deref(), include_chain, sources)
    }
}

impl<'a> RenderableDiagnostic<'a> {
    /// Returns a report about the place of the first label.
    pub(crate) fn new(
        code: String,
        severity: Severity,
        message: &'a str,
        labels: &[Label],
        help: Option<&str>,
        include_chain: &[Span],
        sources: &SourceMap,
    ) -> RenderableDiagnostic<'a> {
        let primary = labels.first().map_or(Span::NONE, |label| label.span);
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            labels.iter().partition(|label| label.span.source == primary.source);
        let mut lines: Vec<String> = help.iter().map(|help| line(help, MAX_SENTENCE)).collect();
        let place = |span: Span| sources.describe(span);
        lines.extend(some(&elsewhere, |label| format!("{}: {}", place(label.span), label.text)));
        lines.extend(some(include_chain, |&span| format!("included from {}", place(span))));
        let shown = here.get(..MAX_PLACES).unwrap_or(&here);
        let excerpt = (primary != Span::NONE).then(|| Excerpt::new(&sources.get(primary.source), shown));
        let message = match line(message, MAX_SENTENCE) {
            escaped if escaped == message => Cow::Borrowed(message),
            escaped => Cow::Owned(escaped),
        };
        RenderableDiagnostic { severity, message, code, help: (!lines.is_empty()).then(|| lines.join("\n")), excerpt }
    }

    /// Adds the same as one more line of help.
    #[must_use]
    #[cfg(feature = "cli")]
    pub(crate) fn with_line(mut self, text: &str) -> Self {
        let help = self.help.take().map_or(String::new(), |help| help + "\n");
        self.help = Some(help + &line(text, MAX_SENTENCE));
        self
    }
}

/// A line for each of the first few, and one that counts the rest.
fn some<T>(all: &[T], show: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> = all.iter().take(MAX_PLACES).map(|one| line(&show(one), MAX_SENTENCE)).collect();
    if let Some(more @ 1..) = all.len().checked_sub(MAX_PLACES) {
        lines.push(format!("… and {more} more"));
    }
    lines
}

impl fmt::Display for RenderableDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RenderableDiagnostic<'_> {}

impl miette::Diagnostic for RenderableDiagnostic<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.excerpt.as_ref()?.labels();
        Some(Box::new(labels.iter().cloned()))
    }
}
