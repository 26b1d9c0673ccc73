//! Diagnostics for people, on standard error.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::OnceLock;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::digest::{MAX_OF_RUN, MessageKey, ShownMessages};
use super::output::counted;
use super::{eprint_line, eprint_styled};
use crate::diagnostic::{Code, Diagnostic, RenderableDiagnostic, Severity};
use crate::source::{SourceMap, Span};

/// The choice of when output has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// At a terminal, unless `NO_COLOR` is set (<https://no-color.org>)
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The choice of the command line.
static COLOR: OnceLock<Color> = OnceLock::new();

/// Sets when output has colours; the first call decides.
pub(super) fn choose(color: Color) {
    let _ = COLOR.set(color);
    if color != Color::Auto {
        console::set_colors_enabled(color == Color::Always);
    }
}

/// Whether standard error takes colours.
pub(super) fn colours() -> bool {
    takes_colours(&std::io::stderr())
}

/// Whether a stream takes colours.
pub(super) fn takes_colours(stream: &impl IsTerminal) -> bool {
    match COLOR.get() {
        Some(Color::Always) => true,
        Some(Color::Never) => false,
        Some(Color::Auto) | None => {
            stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

/// The choice of diagnostics that are shown; errors always are.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct Verbosity {
    /// Show errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Also show notes and rules that the target kernel does not mediate
    #[arg(short, long)]
    verbose: bool,

    /// Show every diagnostic, not only the first ones of each file and of repeated warnings
    #[arg(long)]
    all: bool,
}

impl Verbosity {
    /// Errors only.
    pub(super) const QUIET: Verbosity = Verbosity { quiet: true, verbose: false, all: false };

    /// Everything.
    pub(super) const VERBOSE: Verbosity = Verbosity { quiet: false, verbose: true, all: false };

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

/// Further places of a warning that are named.
const MAX_PLACES: usize = 3;

/// A diagnostic with the text around it.
pub(super) fn graphical(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    rendered(&handler(colours()), &diagnostic.report(sources))
}

/// Renders reports, in colours or without.
pub(super) fn handler(colours: bool) -> GraphicalReportHandler {
    let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme).with_width(120)
}

/// A report as text, escaped.
pub(super) fn rendered(handler: &GraphicalReportHandler, report: &RenderableDiagnostic<'_>) -> String {
    let mut text = String::new();
    if handler.render_report(&mut text, report).is_err() {
        text = format!("{report}\n");
    }
    text
}

/// The report of a message that others repeat: it names their places.
pub(super) fn with_places<'a>(
    report: RenderableDiagnostic<'a>,
    places: &[Span],
    sources: &SourceMap,
) -> RenderableDiagnostic<'a> {
    if places.is_empty() {
        return report;
    }
    let named: Vec<String> = places.iter().take(MAX_PLACES).map(|&span| sources.describe(span)).collect();
    let more = places.len().saturating_sub(MAX_PLACES);
    let more = if more == 0 { String::new() } else { format!(" and {more} more places") };
    report.with_line(&format!("also at {}{more}", named.join(", ")))
}

/// Prints diagnostics and counts them. A diagnostic of a file that several profiles include is printed once.
pub(super) struct Renderer {
    handler: GraphicalReportHandler,
    verbosity: Verbosity,
    /// The diagnostics that were shown, by the name of the file: ids of sources mean something in one call of the compiler only.
    said: HashSet<(Code, String, u32, u32, String)>,
    /// Warnings of which every further place is only counted.
    repeated: HashSet<(Code, String)>,
    /// The number of diagnostics that may still be shown.
    left: usize,
    /// Errors so far.
    errors: usize,
    /// Warnings so far, shown or not.
    warnings: usize,
    /// The number of warnings that are not shown because they are about the target.
    about_the_target: usize,
}

impl Renderer {
    pub(super) fn new(verbosity: Verbosity) -> Self {
        Renderer {
            handler: handler(colours()),
            verbosity,
            said: HashSet::new(),
            repeated: HashSet::new(),
            left: MAX_OF_RUN,
            errors: 0,
            warnings: 0,
            about_the_target: 0,
        }
    }

    pub(super) fn print<'a>(&mut self, diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &SourceMap) {
        let fresh: Vec<&Diagnostic> =
            diagnostics.into_iter().filter(|diagnostic| self.counts(diagnostic, sources)).collect();
        let digest = match self.verbosity.all {
            true => ShownMessages::all(fresh.len()),
            false => ShownMessages::of(&fresh.iter().map(|it| item(it)).collect::<Vec<_>>(), self.left),
        };
        let left = self.left;
        self.left = left.saturating_sub(digest.shown.len());
        for (index, others) in &digest.shown {
            let Some(diagnostic) = fresh.get(*index) else { continue };
            let places: Vec<Span> = others.iter().filter_map(|&at| fresh.get(at)).map(|other| other.span()).collect();
            if !places.is_empty() {
                self.repeated.insert((diagnostic.code, diagnostic.message.clone()));
            }
            let report = with_places(diagnostic.report(sources), &places, sources);
            eprint_styled(&rendered(&self.handler, &report));
        }
        // Beyond the limit of the run, only the summary counts.
        if let Some(rest) = digest.rest().filter(|_| left > 0) {
            let more = if self.left == 0 { ", nor any later ones" } else { "" };
            eprint_line(format_args!("note: {rest}{more}; run `armorer check --all` to show them"));
        }
    }

    /// Counts a diagnostic; whether it is new, and shown.
    fn counts(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) -> bool {
        let span = diagnostic.span();
        let name = sources.get(span.source).name().to_owned();
        if !self.said.insert((diagnostic.code, name, span.start, span.end, diagnostic.message.clone())) {
            return false;
        }
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => {}
        }
        if !self.verbosity.shows(diagnostic) {
            self.about_the_target += usize::from(is_about_the_target(diagnostic));
            return false;
        }
        diagnostic.is_error() || !self.repeated.contains(&(diagnostic.code, diagnostic.message.clone()))
    }

    /// Returns the numbers of errors and warnings in words.
    pub(super) fn summary(&self) -> String {
        let Renderer { errors, warnings, about_the_target: hidden, .. } = self;
        let counts = format!("{}, {}", counted(*errors, "error"), counted(*warnings, "warning"));
        match (hidden, self.verbosity.quiet) {
            (0, _) | (_, true) => counts,
            _ => format!("{counts} ({hidden} about the target kernel, shown with --verbose)"),
        }
    }
}

fn item(diagnostic: &Diagnostic) -> MessageKey<'_> {
    let Diagnostic { code, message, severity, .. } = diagnostic;
    MessageKey { code: code.as_str(), message, severity: *severity, span: diagnostic.span() }
}
