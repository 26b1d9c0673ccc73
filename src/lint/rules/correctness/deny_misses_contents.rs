#![doc = include_str!("deny_misses_contents.md")]

use crate::encode::path_pattern;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::{Confidence, Rule};
use crate::lint::rules::file_grants::{allowed_anyway, file_denies};
use crate::lint::semantics::Semantics;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0206",
    name: "deny-misses-contents",
    confidence: Confidence::Medium,
    page: page!("AA0206", "deny_misses_contents"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file, permission) in file_denies(semantics) {
        let path = file.path.value.as_bytes();
        let below = match path {
            [.., b'/', b'*'] if path.len() > 2 => path.get(..path.len() - 1).map(|dir| [dir, b"**"].concat()),
            _ => None,
        };
        let Some(pattern) = below.and_then(|text| path_pattern(&text)) else { continue };
        if let Some((string, allow)) = allowed_anyway(semantics, &pattern, permission) {
            let finding = reporter.finding(rule.span, format!("`{string}` in this directory is still allowed"));
            reporter.push(finding.and_label(allow, "allowed by this rule"));
        }
    }
}
