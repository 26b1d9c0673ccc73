//! Findings as JSON: `schemas/lint.schema.json` says how.

use serde::Serialize;

use super::{Region, region, severity};
use crate::diagnostic::Detail;
use crate::lint::{Finding, Outcome};
use crate::source::{SourceMap, Text};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Entry<'a>>,
    suppressed: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    family: Option<&'a str>,
    severity: &'a str,
    confidence: crate::lint::Confidence,
    message: &'a str,
    #[serde(flatten)]
    place: Region,
    related: Vec<Related<'a>>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a Detail>,
    fix: Option<Mend<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Region,
    message: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    applicability: crate::lint::Applicability,
    edits: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    #[serde(flatten)]
    place: Region,
    text: String,
}

pub(super) fn render(outcome: &Outcome, sources: &SourceMap) -> Result<String, String> {
    let findings = outcome.findings.iter().map(|finding| entry(finding, sources)).collect();
    let document = Document { version: 1, findings, suppressed: outcome.suppressed };
    crate::cli::json(&document)
}

fn entry<'a>(finding: &'a Finding, sources: &SourceMap) -> Entry<'a> {
    let further = finding.labels.iter().skip(1);
    Entry {
        code: finding.code,
        name: finding.name(),
        family: finding.rule.map(|rule| rule.family().name()),
        severity: severity(finding),
        confidence: finding.confidence(),
        message: &finding.message,
        place: region(sources, finding.span()),
        related: further.map(|label| Related { place: region(sources, label.span), message: &label.text }).collect(),
        help: finding.help.as_deref(),
        profile: finding.profile.as_ref(),
        detail: finding.detail.as_deref(),
        fix: finding.fix.as_ref().map(|fix| Mend {
            title: &fix.title,
            applicability: fix.applicability,
            edits: fix
                .edits
                .iter()
                .map(|edit| Change {
                    place: region(sources, edit.span),
                    text: String::from_utf8_lossy(&edit.replacement).into_owned(),
                })
                .collect(),
        }),
    }
}
