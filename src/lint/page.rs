//! The page of a rule, and the index of all pages.

use std::fmt::Write;

use crate::diagnostic::{Code, Severity};

use super::rule::{Family, Fixes, Rule};
use super::rules::{RULES, of_code};

/// The page of a rule in Markdown.
///
/// ```
/// let rule = armorer::lint::rule("AA0101").unwrap();
/// assert!(armorer::lint::page(rule).starts_with("# AA0101 unconfined-exec\n"));
/// ```
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut out = format!("# {} {}\n\n{}.\n\n", rule.code, rule.name, sentence(rule.summary));
    body(rule, &mut out);
    out
}

fn body(rule: &Rule, out: &mut String) {
    let fixes = match rule.fixes {
        Fixes::None => "no automatic fix",
        Fixes::Safe => "fixed by `--fix`",
        Fixes::Unsafe => "fixed by `--unsafe-fixes`",
    };
    let on = if rule.default { "on" } else { "off unless selected" };
    let automata = if rule.needs_automata() { "; needs automata" } else { "" };
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} · {} · confidence {} · {on} · {fixes}{automata}\n",
        rule.family(),
        severity(rule.severity),
        rule.confidence,
    );
    let language = if rule.family() == Family::Kubernetes { "yaml" } else { "text" };
    let _ = writeln!(out, "**Why.** {}\n", rule.why);
    let _ = writeln!(out, "**Bad:**\n\n```{language}\n{}```\n", rule.bad);
    let _ = writeln!(out, "**Good:**\n\n```{language}\n{}```\n", rule.good);
    let _ = writeln!(out, "**What to do.** {}", rule.remedy);
    if !rule.raised().is_empty() {
        let codes: Vec<String> = rule.raised().iter().map(|code| format!("`{code}`")).collect();
        let _ = writeln!(out, "\nOther commands say this as {}.", codes.join(", "));
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// With a capital letter at the beginning.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The page of an ordinary diagnostic, by its code; that of the rule that takes it over, where there is one.
#[must_use]
pub fn diagnostic_page(code: &str) -> Option<String> {
    let code = Code::ALL.iter().copied().find(|known| known.as_str() == code)?;
    if let Some(rule) = of_code(code) {
        return Some(page(rule));
    }
    let consequence = match code.severity() {
        Severity::Error => "An error: no policy is made of the text until it is mended.",
        Severity::Warning => "A warning: policy is made, but the text may not mean what its author thinks.",
        Severity::Note => "A note: the policy is right.",
    };
    Some(format!("# {code}\n\n{}.\n\n{consequence}\n", sentence(code.description())))
}

/// Every rule with its page, in Markdown: `docs/lints.md`.
#[must_use]
pub fn index() -> String {
    let mut out = String::from(
        "# Lint rules\n\nMade by `armorer lint --list=markdown` from the rules themselves; a test keeps it so. \
         `armorer explain CODE` prints one page.\n",
    );
    for family in Family::ALL {
        let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| rule.family() == family).collect();
        if rules.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n## {}\n\n| code | name | severity | on | fix | finds |\n| --- | --- | --- | --- | --- | --- |\n",
            sentence(family.name())
        );
        for rule in &rules {
            let fix = match rule.fixes {
                Fixes::None => "",
                Fixes::Safe => "safe",
                Fixes::Unsafe => "unsafe",
            };
            let on = if rule.default { "yes" } else { "no" };
            let _ = writeln!(
                out,
                "| [{0}](#{0}-{1}) | {1} | {2} | {on} | {fix} | {3} |",
                rule.code.to_lowercase(),
                rule.name,
                severity(rule.severity),
                rule.summary.replace('|', "\\|"),
            );
        }
        for rule in rules {
            let _ = write!(out, "\n### {} {}\n\n{}.\n\n", rule.code, rule.name, sentence(rule.summary));
            body(rule, &mut out);
        }
    }
    out
}
