//! Diagnostics for people, on standard error.

use std::collections::HashSet;
use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::SourceMap;

/// Whether standard error takes colours: a terminal, and `NO_COLOR` not set (<https://no-color.org>).
pub(super) fn colours() -> bool {
    std::io::stderr().is_terminal() && wanted()
}

/// Whether nobody forbids colours.
pub(super) fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Which diagnostics are shown; errors always are.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct Verbosity {
    /// Show errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Show also notes, and which rules the target kernel does not mediate
    #[arg(short, long)]
    verbose: bool,
}

impl Verbosity {
    /// Errors only.
    pub(super) const QUIET: Verbosity = Verbosity { quiet: true, verbose: false };

    /// Everything.
    pub(super) const VERBOSE: Verbosity = Verbosity { quiet: false, verbose: true };

    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    fn shows(self, diagnostic: &Diagnostic) -> bool {
        let detail = diagnostic.severity == Severity::Note || is_about_the_target(diagnostic);
        diagnostic.is_error() || !self.quiet && (self.verbose || !detail)
    }
}

/// Whether it says what the target lacks, and nothing about the text: any policy that several kernels share has plenty.
fn is_about_the_target(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::NotEnforced | Code::Downgraded)
}

/// A diagnostic with the text around it.
pub(super) fn graphical(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    rendered(&handler(), diagnostic, sources)
}

fn handler() -> GraphicalReportHandler {
    let theme = if colours() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme).with_width(120)
}

fn rendered(handler: &GraphicalReportHandler, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let mut text = String::new();
    if handler.render_report(&mut text, &diagnostic.report(sources)).is_err() {
        text = format!("{}: {diagnostic}\n", sources.describe(diagnostic.span()));
    }
    text
}

/// Prints diagnostics and counts them. What is said about a file that several profiles include is said once.
pub(super) struct Renderer {
    handler: GraphicalReportHandler,
    verbosity: Verbosity,
    /// By the name of the file: ids of sources mean something in one call of the compiler only.
    said: HashSet<(Code, String, u32, u32, String)>,
    /// Errors so far.
    errors: usize,
    /// Warnings so far, shown or not.
    warnings: usize,
    /// How many of them are not shown because they are about the target.
    about_the_target: usize,
}

impl Renderer {
    pub(super) fn new(verbosity: Verbosity) -> Self {
        Renderer { handler: handler(), verbosity, said: HashSet::new(), errors: 0, warnings: 0, about_the_target: 0 }
    }

    pub(super) fn print<'a>(&mut self, diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &SourceMap) {
        for diagnostic in diagnostics {
            let span = diagnostic.span();
            let name = sources.get(span.source).name().to_owned();
            if !self.said.insert((diagnostic.code, name, span.start, span.end, diagnostic.message.clone())) {
                continue;
            }
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => {}
            }
            if !self.verbosity.shows(diagnostic) {
                self.about_the_target += usize::from(is_about_the_target(diagnostic));
                continue;
            }
            let text = rendered(&self.handler, diagnostic, sources);
            // Nobody is left to tell when standard error is gone.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }

    /// How many errors and warnings there were, in words.
    pub(super) fn summary(&self) -> String {
        let Renderer { errors, warnings, about_the_target: hidden, .. } = self;
        match (hidden, self.verbosity.quiet) {
            (0, _) | (_, true) => format!("{errors} errors, {warnings} warnings"),
            _ => {
                format!("{errors} errors, {warnings} warnings ({hidden} about the target kernel: --verbose shows them)")
            }
        }
    }
}
