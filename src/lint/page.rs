//! The page of a rule, and the index of all pages.

use std::fmt::Write;

use crate::diagnostic::{Code, Severity};

use super::diagnostics::sections;
use super::rule::{Family, Fixes, Rule};
use super::rules::{RULES, of_code};

/// The parts of a rule's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Half a sentence that describes the findings of the rule.
    pub summary: &'static str,
    /// The reason why that is bad.
    pub why: &'static str,
    /// A text in which the rule finds something.
    pub bad: &'static str,
    /// The same text after the remedy.
    pub good: &'static str,
    /// The advice on a finding.
    pub remedy: &'static str,
}

impl Page {
    pub(super) const EMPTY: Page = Page { summary: "", why: "", bad: "", good: "", remedy: "" };

    /// Takes the text of a page apart: a title `# CODE NAME: SUMMARY`, then the sections `## Why` and `## What to do`. A part that
    /// is missing is empty, which a test reports.
    pub(super) const fn new(text: &'static str, bad: &'static str, good: &'static str) -> Page {
        let (title, sections) = split(text, "\n\n## Why\n\n");
        let (why, remedy) = split(sections, "\n\n## What to do\n\n");
        Page { summary: split(title, ": ").1, why, bad, good, remedy: remedy.trim_ascii_end() }
    }
}

/// The text before and after the first mark. (`str::split_once` cannot be called in constants.)
const fn split(text: &'static str, mark: &str) -> (&'static str, &'static str) {
    let mut at = 0;
    while at < text.len() {
        if let Some((before, rest)) = text.split_at_checked(at)
            && let Some(after) = after_prefix(rest, mark)
        {
            return (before, after);
        }
        at += 1;
    }
    (text, "")
}

const fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let Some((start, after)) = text.split_at_checked(prefix.len()) else { return None };
    let (mut start, mut prefix) = (start.as_bytes(), prefix.as_bytes());
    while let ([a, more @ ..], [b, rest @ ..]) = (start, prefix) {
        if *a != *b {
            return None;
        }
        (start, prefix) = (more, rest);
    }
    Some(after)
}

/// The page of a rule in Markdown.
///
/// ```
/// let rule = armorer::lint::rule("AA0101").unwrap();
/// assert!(armorer::lint::page(rule).starts_with("# AA0101 unconfined-exec\n"));
/// ```
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut out = format!("# {} {}\n\n{}.\n\n", rule.code, rule.name, sentence(rule.page.summary));
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
    let _ = writeln!(out, "**Why.** {}\n", rule.page.why);
    let _ = writeln!(out, "**Bad:**\n\n```{language}\n{}```\n", rule.page.bad);
    let _ = writeln!(out, "**Good:**\n\n```{language}\n{}```\n", rule.page.good);
    let _ = writeln!(out, "**What to do.** {}", rule.page.remedy);
    if !rule.raised().is_empty() {
        let codes: Vec<String> = rule.raised().iter().map(|code| format!("`{code}`")).collect();
        let _ = writeln!(out, "\nOther commands report this as {}.", codes.join(", "));
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Returns a text with a capital letter at the beginning.
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
        _ if code.is_about_modes() => "A warning of `armorer mode`. The mode is changed as requested.",
        Severity::Error => "An error. The file is not compiled.",
        Severity::Warning => "A warning. The file is compiled, but its meaning may not be the intended one.",
        Severity::Note => "A note. The compiled policy is correct.",
    };
    let sections = sections(code).map(|text| format!("\n{text}")).unwrap_or_default();
    Some(format!("# {code}\n\n{}.\n\n{consequence}\n{sections}", sentence(code.description())))
}

/// Every rule with its page, in Markdown: `docs/lints.md`.
#[must_use]
pub fn index() -> String {
    let mut out = String::from(
        "# Lint rules\n\nGenerated by `armorer lint --list=markdown`; a test checks that the page is current. \
         `armorer explain CODE` prints one page.\n",
    );
    for family in Family::ALL {
        let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| rule.family() == family).collect();
        if rules.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n## {}\n\n| code | name | severity | on | fix | finding |\n| --- | --- | --- | --- | --- | --- |\n",
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
                rule.page.summary.replace('|', "\\|"),
            );
        }
        for rule in rules {
            let _ = write!(out, "\n### {} {}\n\n{}.\n\n", rule.code, rule.name, sentence(rule.page.summary));
            body(rule, &mut out);
        }
    }
    out
}
