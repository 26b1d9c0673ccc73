//! Findings for people.

use std::io::IsTerminal;

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::lint::Outcome;
use crate::source::SourceMap;

pub(super) fn render(outcome: &Outcome, sources: &SourceMap) -> String {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(120);
    let mut out = String::new();
    for finding in &outcome.findings {
        let mut text = String::new();
        if handler.render_report(&mut text, &finding.report(sources)).is_err() {
            text = format!("{}: {} {}\n", sources.describe(finding.span()), finding.code, finding.message);
        }
        out.push_str(&text);
        if let Some(fix) = &finding.fix {
            let option = match fix.applicability {
                crate::lint::Applicability::Safe => "--fix",
                crate::lint::Applicability::Unsafe => "--unsafe-fixes",
            };
            out.push_str(&format!("  fix: {} ({option})\n", fix.title));
        }
    }
    out
}
