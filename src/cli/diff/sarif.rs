//! New access as SARIF.

use std::path::Path;

use serde_json::{Value, json};

use crate::analysis::new_access::{NewAccess, NewAccessFinding, NewAccessKind};
use crate::cli::sarif::{document, fingerprint, uri};

/// A document with a rule for each kind of findings.
pub(super) fn render(found: &NewAccess, new: &Path) -> Result<String, String> {
    let rules: Vec<Value> = KINDS
        .iter()
        .map(|&(kind, id, text)| {
            json!({
                "id": id,
                "name": id,
                "shortDescription": { "text": text },
                "defaultConfiguration": { "level": level(kind) },
                "properties": { "tags": ["security"], "precision": "very-high" },
            })
        })
        .collect();
    let results: Vec<Value> = found.findings.iter().map(|finding| result(finding, new)).collect();
    document(&rules, &results)
}

const KINDS: [(NewAccessKind, &str, &str); 4] = [
    (NewAccessKind::LessAudit, "less-audit", "the new policy logs less of what happens"),
    (NewAccessKind::NotProven, "not-proven", "it is not proven that the new policy allows no more"),
    (NewAccessKind::NewAccess, "new-access", "the new policy allows what the old one does not"),
    (NewAccessKind::Granted, "access-granted", "the new policy allows what must not be allowed"),
];

fn level(kind: NewAccessKind) -> &'static str {
    if kind == NewAccessKind::LessAudit { "warning" } else { "error" }
}

fn result(finding: &NewAccessFinding, new: &Path) -> Value {
    let rule = KINDS.iter().position(|(kind, ..)| *kind == finding.kind).unwrap_or(0);
    let place = |file: &str, line: u32, column: u32| {
        let region = json!({ "startLine": line, "startColumn": column });
        json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) }, "region": region } })
    };
    let places = finding.difference.rules.b.iter().map(|at| place(&at.file, at.line, at.column));
    let mut places = places.collect::<Vec<_>>().into_iter();
    // What no rule decides is shown where the policy begins.
    let first = places.next().unwrap_or_else(|| place(&new.display().to_string(), 1, 1));
    let further: Vec<Value> = places.collect();
    let message = finding.to_string();
    let mut result = json!({
        "ruleId": KINDS.get(rule).map(|(_, id, _)| id),
        "ruleIndex": rule,
        "level": level(finding.kind),
        "message": { "text": message },
        "locations": [first],
        "partialFingerprints": { "armorer/v1": fingerprint(&[message.split("; rule").next().unwrap_or(&message).as_bytes()]) },
    });
    if let Some(map) = result.as_object_mut().filter(|_| !further.is_empty()) {
        map.insert("relatedLocations".into(), further.into());
    }
    result
}
