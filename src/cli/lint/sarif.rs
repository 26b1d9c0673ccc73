//! Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").

use serde_json::{Value, json};

use super::{LineRegion, region};
use crate::cli::sarif::{self, fingerprint as digest, uri};
use crate::diagnostic::{Code, Severity};
use crate::lint::{Family, Finding, LintOutcome, Rule};
use crate::source::{SourceMap, Span};

pub(super) fn render(outcome: &LintOutcome, sources: &SourceMap) -> Result<String, String> {
    let mut codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| descriptor(code, &outcome.findings)).collect();
    let results: Vec<Value> = outcome
        .findings
        .iter()
        .map(|finding| result(finding, codes.binary_search(&finding.code).unwrap_or(0), sources))
        .collect();
    sarif::document(&rules, &results)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Returns the descriptor of a code.
fn descriptor(code: &str, findings: &[Finding]) -> Value {
    match findings.iter().find(|finding| finding.code == code).and_then(|finding| finding.rule) {
        Some(rule) => of_rule(rule),
        None => {
            let known = Code::ALL.iter().find(|known| known.as_str() == code);
            json!({
                "id": code,
                "shortDescription": { "text": known.map_or(code, |known| known.description()) },
                "defaultConfiguration": { "level": "error" },
            })
        }
    }
}

fn of_rule(rule: &Rule) -> Value {
    let mut properties = json!({ "tags": [rule.family().name()], "precision": precision(rule) });
    if rule.family() == Family::Danger {
        // GitHub sorts what has such a number by it.
        let score = if rule.severity == Severity::Note { "3.0" } else { "6.0" };
        if let Some(map) = properties.as_object_mut() {
            map.insert("security-severity".into(), score.into());
        }
    }
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.page.summary },
        "fullDescription": { "text": rule.page.why },
        "help": { "text": rule.page.remedy, "markdown": crate::lint::page(rule) },
        "defaultConfiguration": { "level": level(rule.severity), "enabled": rule.default },
        "properties": properties,
    })
}

fn precision(rule: &Rule) -> &'static str {
    match rule.confidence {
        crate::lint::Confidence::High => "high",
        crate::lint::Confidence::Medium => "medium",
        crate::lint::Confidence::Low => "low",
    }
}

fn result(finding: &Finding, rule: usize, sources: &SourceMap) -> Value {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message = format!("{message}. {help}");
    }
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": [location(finding.span(), None, sources)],
        "partialFingerprints": { "armorer/v1": fingerprint(finding, sources) },
    });
    let Some(map) = result.as_object_mut() else { return result };
    let further: Vec<Value> =
        finding.labels.iter().skip(1).map(|label| location(label.span, Some(&label.text), sources)).collect();
    if !further.is_empty() {
        map.insert("relatedLocations".into(), further.into());
    }
    if let Some(fix) = &finding.fix {
        let changes: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                json!({
                    "artifactLocation": { "uri": uri(sources.get(edit.span.source).name()) },
                    "replacements": [{
                        "deletedRegion": position(&region(sources, edit.span)),
                        "insertedContent": { "text": String::from_utf8_lossy(&edit.replacement) },
                    }],
                })
            })
            .collect();
        map.insert("fixes".into(), json!([{ "description": { "text": fix.title }, "artifactChanges": changes }]));
    }
    result
}

fn location(span: Span, text: Option<&str>, sources: &SourceMap) -> Value {
    let region = region(sources, span);
    let physical = json!({ "artifactLocation": { "uri": uri(&region.file) }, "region": position(&region) });
    match text.filter(|text| !text.is_empty()) {
        Some(text) => json!({ "physicalLocation": physical, "message": { "text": text } }),
        None => json!({ "physicalLocation": physical }),
    }
}

fn position(region: &LineRegion) -> Value {
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

/// Returns a value that stays the same when lines above a finding are added or removed.
pub(super) fn fingerprint(finding: &Finding, sources: &SourceMap) -> String {
    let span = finding.span();
    let source = sources.get(span.source);
    let line = source.line(source.line_column(span.start).0).trim_ascii();
    digest(&[finding.code.as_bytes(), source.name().as_bytes(), line, finding.message.as_bytes()])
}
