//! Diagnostics for people, on standard error.

use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// Whether standard error takes colours: a terminal, and `NO_COLOR` not set (<https://no-color.org>).
pub(super) fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints diagnostics and counts them.
pub(super) struct Renderer {
    handler: GraphicalReportHandler,
    /// Whether only errors are shown.
    quiet: bool,
    /// Errors printed so far.
    pub(super) errors: usize,
    /// Warnings seen so far, shown or not.
    pub(super) warnings: usize,
}

impl Renderer {
    pub(super) fn new(quiet: bool) -> Self {
        let theme = if colours() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(120).without_primary_span_start();
        Renderer { handler, quiet, errors: 0, warnings: 0 }
    }

    pub(super) fn print<'a>(&mut self, diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &SourceMap) {
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => {}
            }
            if self.quiet && !diagnostic.is_error() {
                continue;
            }
            let mut text = String::new();
            if self.handler.render_report(&mut text, &diagnostic.report(sources)).is_err() {
                text = format!("{}: {diagnostic}\n", sources.describe(diagnostic.span()));
            }
            // Nobody is left to tell when standard error is gone.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}
