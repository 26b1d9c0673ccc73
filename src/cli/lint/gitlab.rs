//! Findings as a code quality report of GitLab (docs.gitlab.com, "Code Quality report format").

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::{region, sarif};
use crate::diagnostic::Severity;
use crate::lint::{Finding, LintOutcome};
use crate::source::SourceMap;

pub(super) fn render(outcome: &LintOutcome, sources: &SourceMap) -> Result<String, String> {
    // Two findings that are the same in all that the fingerprint is made of must not have the same one: GitLab shows one of them.
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    let mut entry = |finding: &Finding| {
        let fingerprint = sarif::fingerprint(finding, sources);
        let count = seen.entry(fingerprint.clone()).or_default();
        *count += 1;
        let fingerprint = if *count == 1 { fingerprint } else { format!("{fingerprint}-{count}") };
        of(finding, &fingerprint, sources)
    };
    let entries: Vec<Value> = outcome.findings.iter().map(&mut entry).collect();
    crate::cli::json(&entries)
}

fn of(finding: &Finding, fingerprint: &str, sources: &SourceMap) -> Value {
    let place = region(sources, finding.span());
    let description = match &finding.help {
        Some(help) => format!("{}. {help}", finding.message),
        None => finding.message.clone(),
    };
    json!({
        "description": description,
        "check_name": finding.rule.map_or(finding.code, |rule| rule.code),
        "fingerprint": fingerprint,
        "severity": match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        "location": {
            "path": place.file.trim_start_matches("./"),
            "lines": { "begin": place.line, "end": place.end_line },
        },
    })
}
