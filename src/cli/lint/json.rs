//! Findings as JSON: `schemas/lint.schema.json` says how.

use serde::Serialize;

use super::{LineRegion, region, severity};
use crate::diagnostic::Detail;
use crate::lint::{Finding, LintOutcome};
use crate::source::{SourceMap, Text};

#[derive(Serialize)]
struct LintDocument<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    suppressed: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    name: &'a str,
    family: Option<&'a str>,
    severity: &'a str,
    confidence: crate::lint::Confidence,
    message: &'a str,
    #[serde(flatten)]
    place: LineRegion,
    related: Vec<JsonRelated<'a>>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a Detail>,
    fix: Option<JsonFix<'a>>,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    #[serde(flatten)]
    place: LineRegion,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: crate::lint::Applicability,
    edits: Vec<JsonEdit>,
}

#[derive(Serialize)]
struct JsonEdit {
    #[serde(flatten)]
    place: LineRegion,
    text: String,
}

pub(super) fn render(outcome: &LintOutcome, sources: &SourceMap) -> Result<String, String> {
    let findings = outcome.findings.iter().map(|finding| entry(finding, sources)).collect();
    let document = LintDocument { version: 1, findings, suppressed: outcome.suppressed };
    crate::cli::json(&document)
}

fn entry<'a>(finding: &'a Finding, sources: &SourceMap) -> JsonFinding<'a> {
    let further = finding.labels.iter().skip(1);
    JsonFinding {
        code: finding.code,
        name: finding.name(),
        family: finding.rule.map(|rule| rule.family().name()),
        severity: severity(finding),
        confidence: finding.confidence(),
        message: &finding.message,
        place: region(sources, finding.span()),
        related: further
            .map(|label| JsonRelated { place: region(sources, label.span), message: &label.text })
            .collect(),
        help: finding.help.as_deref(),
        profile: finding.profile.as_ref(),
        detail: finding.detail.as_deref(),
        fix: finding.fix.as_ref().map(|fix| JsonFix {
            title: &fix.title,
            applicability: fix.applicability,
            edits: fix
                .edits
                .iter()
                .map(|edit| JsonEdit {
                    place: region(sources, edit.span),
                    text: String::from_utf8_lossy(&edit.replacement).into_owned(),
                })
                .collect(),
        }),
    }
}
