//! Findings for people.

use crate::cli::digest::{MAX_OF_RUN, MessageKey, ShownMessages};
use crate::cli::render::{handler, rendered, takes_colours, with_places};
use crate::diagnostic::Escaped;
use crate::lint::{Finding, LintOutcome};
use crate::source::{SourceMap, Span};

pub(super) fn render(outcome: &LintOutcome, sources: &SourceMap, all: bool) -> String {
    let handler = handler(takes_colours(&std::io::stdout()));
    let findings = &outcome.findings;
    let digest = match all {
        true => ShownMessages::all(findings.len()),
        false => ShownMessages::of(&findings.iter().map(item).collect::<Vec<_>>(), MAX_OF_RUN),
    };
    let mut out = String::new();
    for (index, others) in &digest.shown {
        let Some(finding) = findings.get(*index) else { continue };
        let places: Vec<Span> = others.iter().filter_map(|&at| findings.get(at)).map(Finding::span).collect();
        out.push_str(&rendered(&handler, &with_places(finding.report(sources), &places, sources)));
        if let Some(fix) = &finding.fix {
            let option = match fix.applicability {
                crate::lint::Applicability::Safe => "--fix",
                crate::lint::Applicability::Unsafe => "--unsafe-fixes",
            };
            out.push_str(&format!("  fix: {} ({option})\n", Escaped::line(&fix.title)));
        }
    }
    if let Some(rest) = digest.rest() {
        out.push_str(&format!("note: {rest}; use --all to show them\n"));
    }
    out
}

fn item(finding: &Finding) -> MessageKey<'_> {
    MessageKey { code: finding.code, message: &finding.message, severity: finding.severity, span: finding.span() }
}
