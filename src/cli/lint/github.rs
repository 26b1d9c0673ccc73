//! Findings as annotations: workflow commands of GitHub Actions.

use super::region;
use crate::cli::github::{data, property};
use crate::diagnostic::Severity;
use crate::lint::LintOutcome;
use crate::source::SourceMap;

pub(super) fn render(outcome: &LintOutcome, sources: &SourceMap) -> String {
    let mut out = String::new();
    for finding in &outcome.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let place = region(sources, finding.span());
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message = format!("{message}\n{help}");
        }
        // Columns count only where first and last line are the same.
        let columns = if place.line == place.end_line {
            format!(",col={},endColumn={}", place.column, place.end_column)
        } else {
            String::new()
        };
        let title = match finding.rule {
            Some(rule) => format!("{} {}", rule.code, rule.name),
            None => finding.code.to_owned(),
        };
        out.push_str(&format!(
            "::{command} file={},line={},endLine={}{columns},title={}::{}\n",
            property(&place.file),
            place.line,
            place.end_line,
            property(&title),
            data(&message),
        ));
    }
    out
}
