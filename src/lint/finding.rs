//! Findings of the linter and their fixes.

use serde::Serialize;

use crate::diagnostic::{Detail, Diagnostic, Label, RenderableDiagnostic, Severity};
use crate::edit::Edit;
use crate::source::{SourceMap, Span, Text};

use super::rule::{Confidence, Rule};

/// One finding: the report of a rule about a place, or an error that keeps the text from being compiled.
///
/// ```
/// use armorer::lint::{Confidence, Finding, Fix, rule};
/// use armorer::source::{SourceMap, Span};
///
/// // A program with checks of its own reports them under a rule of the linter.
/// let sources = SourceMap::new();
/// let id = sources.add("p", *b"profile p {\n  /bin/sh Ux,\n}\n")?;
/// let (path, exec) = (Span::new(id, 14, 21), Span::new(id, 22, 24));
/// let finding = Finding::new(rule("unconfined-exec").unwrap(), exec, "a shell runs unconfined")
///     .and_label(path, "this shell")
///     .with_help("confine it")
///     .with_fix(Fix::risky("run it in the same profile", exec, "ix"));
/// assert_eq!((finding.name(), finding.confidence()), ("unconfined-exec", Confidence::High));
/// assert_eq!(sources.describe(finding.span()), "p:2:11");
/// assert_eq!(finding.report(&sources).to_string(), "a shell runs unconfined");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The rule; `None` for errors, which no rule decides about.
    pub rule: Option<&'static Rule>,
    /// The rule's code, or that of the error.
    pub code: &'static str,
    /// The severity.
    pub severity: Severity,
    /// One sentence without a full stop, with the names of the case at hand.
    pub message: String,
    /// The place it is about, and further ones that explain it.
    pub labels: Vec<Label>,
    /// The advice.
    pub help: Option<String>,
    /// The fix.
    pub fix: Option<Fix>,
    /// The include rules that led to the file, innermost first.
    pub include_chain: Box<[Span]>,
    /// The name, as written, of the profile that it is about, where another stage says so.
    pub profile: Option<Text>,
    /// The data of the message.
    pub detail: Option<Box<Detail>>,
}

impl Finding {
    /// A finding of a rule.
    #[must_use]
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            rule: Some(rule),
            code: rule.code,
            severity: rule.severity,
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            fix: None,
            include_chain: Box::default(),
            profile: None,
            detail: None,
        }
    }

    /// Returns the finding for a diagnostic of another stage: under the code of the rule that takes it over, or under its own.
    #[must_use]
    pub(super) fn raised(diagnostic: Diagnostic, rule: Option<&'static Rule>) -> Finding {
        let Diagnostic { code, severity, message, labels, help, include_chain, profile, detail } = diagnostic;
        let (code, severity) = rule.map_or((code.as_str(), severity), |rule| (rule.code, rule.severity));
        Finding { rule, code, severity, message, labels, help, fix: None, include_chain, profile, detail }
    }

    /// Adds a help: what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Points at a further place.
    #[must_use]
    pub fn and_label(mut self, span: Span, text: impl Into<String>) -> Finding {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Finding {
        self.fix = Some(fix);
        self
    }

    /// Adds a fix that does not change the policy, where there is an edit for it.
    pub(super) fn with_safe_fix(self, title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Finding {
        self.with_edits(Applicability::Safe, title.into(), edits.into_iter().collect())
    }

    /// Adds a fix that changes the policy, where there is an edit for it.
    pub(super) fn with_unsafe_fix(self, title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Finding {
        self.with_edits(Applicability::Unsafe, title.into(), edits.into_iter().collect())
    }

    fn with_edits(self, applicability: Applicability, title: String, edits: Vec<Edit>) -> Finding {
        if edits.is_empty() { self } else { self.with_fix(Fix::of(applicability, title, edits)) }
    }

    /// The place it is about.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }

    /// Returns the confidence of the rule; errors are certain.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.rule.map_or(Confidence::High, |rule| rule.confidence)
    }

    /// The rule's name in kebab case; of an error, its code.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.rule.map_or(self.code, |rule| rule.name)
    }

    /// Joins the finding with the texts it points into, for one of miette's renderers.
    #[must_use]
    pub fn report<'a>(&'a self, sources: &SourceMap) -> RenderableDiagnostic<'a> {
        let code = match self.rule {
            Some(rule) => format!("{} {}", rule.code, rule.name),
            None => self.code.to_owned(),
        };
        RenderableDiagnostic::new(
            code,
            self.severity,
            &self.message,
            &self.labels,
            self.help.as_deref(),
            &self.include_chain,
            sources,
        )
    }
}

/// The conditions under which a fix may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Applicability {
    /// The policy stays the same.
    Safe,
    /// The policy changes, as the finding asks for.
    Unsafe,
}

/// Changes of the text that fix a finding.
///
/// ```
/// use armorer::lint::{Applicability, Fix};
/// use armorer::source::Span;
///
/// assert_eq!(Fix::safe("remove the quotes", Span::NONE, "/a").applicability, Applicability::Safe);
/// assert_eq!(Fix::risky("write `ix`", Span::NONE, "ix").applicability, Applicability::Unsafe);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// The effect of the fix on the policy.
    pub applicability: Applicability,
    /// The description of the change, as an imperative.
    pub title: String,
    /// The changes, all in one file, none overlapping another.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that keeps the policy as it is.
    #[must_use]
    pub fn safe(title: impl Into<String>, span: Span, replacement: impl Into<Vec<u8>>) -> Fix {
        Fix::of(Applicability::Safe, title.into(), vec![Edit { span, replacement: replacement.into() }])
    }

    /// A fix that changes the policy.
    #[must_use]
    pub fn risky(title: impl Into<String>, span: Span, replacement: impl Into<Vec<u8>>) -> Fix {
        Fix::of(Applicability::Unsafe, title.into(), vec![Edit { span, replacement: replacement.into() }])
    }

    fn of(applicability: Applicability, title: String, edits: Vec<Edit>) -> Fix {
        Fix { applicability, title, edits }
    }
}
