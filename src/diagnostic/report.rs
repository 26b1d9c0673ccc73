//! A [`Diagnostic`] as a miette report, with the text around it.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{Diagnostic, Label, Severity};
use crate::source::{SourceMap, Span};

/// A diagnostic joined with its sources, ready for one of miette's renderers.
#[derive(Debug)]
pub struct Report<'a> {
    severity: Severity,
    message: &'a str,
    labels: &'a [Label],
    code: String,
    help: Option<String>,
    source: Excerpt,
}

/// The text that the labels point into.
#[derive(Debug)]
struct Excerpt {
    name: String,
    source: std::sync::Arc<crate::source::Source>,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.source.text().read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

impl Diagnostic {
    /// Joins the diagnostic with the texts it points into.
    #[must_use]
    pub fn report<'a>(&'a self, sources: &SourceMap) -> Report<'a> {
        let Diagnostic { code, severity, message, labels, help, include_chain, .. } = self;
        Report::new(code.to_string(), *severity, message, labels, help.clone(), include_chain, sources)
    }
}

impl<'a> Report<'a> {
    /// What is said about the place of the first label.
    pub(crate) fn new(
        code: String,
        severity: Severity,
        message: &'a str,
        labels: &'a [Label],
        mut help: Option<String>,
        include_chain: &[Span],
        sources: &SourceMap,
    ) -> Report<'a> {
        let here = labels.first().map_or(Span::NONE, |label| label.span).source;
        let source = sources.get(here);
        let elsewhere = labels.iter().filter(|label| label.span.source != here);
        let places = elsewhere.map(|label| format!("{}: {}", sources.describe(label.span), label.text));
        let chain = include_chain.iter().map(|&span| format!("included from {}", sources.describe(span)));
        for line in places.chain(chain) {
            let text = help.get_or_insert_with(String::new);
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
        Report { severity, message, labels, code, help, source: Excerpt { name: source.name().to_owned(), source } }
    }

    /// The place it is about.
    fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
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
        (self.span() != Span::NONE).then_some(&self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let here = self.span().source;
        let labels = self.labels.iter().filter(move |label| label.span.source == here);
        Some(Box::new(labels.enumerate().map(|(index, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let (start, len) = (label.span.start as usize, label.span.end.saturating_sub(label.span.start) as usize);
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, (start, len))
            } else {
                LabeledSpan::new(text, start, len)
            }
        })))
    }
}
