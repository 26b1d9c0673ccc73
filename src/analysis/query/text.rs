//! Answers in words.

use std::fmt;

use super::{
    Answer, Decision, ExecDestination, Execution, Fallback, FileOwnership, LoadedMode, PermissionVerdict, RuleUse,
};
use crate::policy::RuleMode;
use crate::source::{SourceMap, Span};

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.namespace.as_ref().map(|namespace| format!(":{namespace}:")).unwrap_or_default();
        writeln!(f, "profile {namespace}{} ({}): {}", self.profile, self.mode, self.question)?;
        let width = self.verdicts.iter().map(|verdict| verdict.permission.len()).max().unwrap_or(0);
        let mut last = "";
        for verdict in &self.verdicts {
            let name = if verdict.permission == last { "" } else { &verdict.permission };
            last = &verdict.permission;
            let no_rule = self.traced
                && verdict.decision == Decision::Denied
                && verdict.decided_by.is_empty()
                && verdict.outranked.is_empty();
            writeln!(f, "  {name:width$}  {verdict}{}", if no_rule { ": no rule allows it" } else { "" })?;
        }
        self.write_rules(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

impl Answer {
    fn write_rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rules.is_empty() {
            return Ok(());
        }
        // The permissions that each rule decides, and those in which others go before it.
        let permissions = |at: usize, list: fn(&PermissionVerdict) -> &[usize]| {
            let mut names: Vec<&str> = Vec::new();
            for verdict in self.verdicts.iter().filter(|verdict| list(verdict).contains(&at)) {
                if !names.contains(&&*verdict.permission) {
                    names.push(&verdict.permission);
                }
            }
            names.join(", ")
        };
        let mut lines = Vec::new();
        let mut add = |word: &'static str, list: fn(&PermissionVerdict) -> &[usize]| {
            for (at, rule) in self.rules.iter().enumerate() {
                let names = permissions(at, list);
                if !names.is_empty() {
                    lines.push((word, names, rule.place(), &rule.text));
                }
            }
        };
        add("decides", |verdict| &verdict.decided_by);
        add("outranked", |verdict| &verdict.outranked);
        let words = lines.iter().map(|(word, ..)| word.len()).max().unwrap_or(0);
        let names = lines.iter().map(|(_, names, ..)| names.len()).max().unwrap_or(0);
        let places = lines.iter().map(|(_, _, place, _)| place.len()).max().unwrap_or(0);
        writeln!(f, "rules")?;
        lines.iter().try_for_each(|(word, list, place, text)| {
            writeln!(f, "  {word:words$}  {list:names$}  {place:places$}  {text}")
        })
    }
}

impl RuleUse {
    /// The rule at a place of the texts.
    pub(crate) fn at(span: Span, mode: RuleMode, priority: i32, sources: &SourceMap) -> RuleUse {
        let source = sources.get(span.source);
        let (line, column) = source.line_column(span.start);
        let text = String::from_utf8_lossy(source.line(line).trim_ascii()).into_owned();
        RuleUse { file: source.name().to_owned(), line, column, text, mode, priority }
    }

    /// `file:line:column`
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for PermissionVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whose {
            FileOwnership::Any => {}
            FileOwnership::Owner => f.write_str("own files: ")?,
            FileOwnership::Other => f.write_str("files of others: ")?,
        }
        f.write_str(match self.decision {
            Decision::Allowed => "allowed",
            Decision::Prompt => "prompt",
            Decision::Denied => "denied",
        })?;
        if self.audited {
            f.write_str(", audited")?;
        }
        if self.quiet {
            f.write_str(", not logged")?;
        }
        match &self.exec {
            Some(exec) => write!(f, ", {exec}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            ExecDestination::Profile(name) => write!(f, "to profile {name}")?,
            ExecDestination::Attachment => f.write_str("to the profile that attaches to it")?,
            ExecDestination::ChildAttachment => f.write_str("to the child profile that attaches to it")?,
            ExecDestination::Inherit => f.write_str("stays in the profile")?,
            ExecDestination::Unconfined => f.write_str("becomes unconfined")?,
            ExecDestination::Nowhere => f.write_str("to no profile")?,
        }
        if !self.candidates.is_empty() {
            write!(f, " (here: {})", self.candidates.join(", "))?;
        }
        match self.fallback {
            Some(Fallback::Inherit) => f.write_str(", else stays in the profile")?,
            Some(Fallback::Unconfined) => f.write_str(", else becomes unconfined")?,
            None => {}
        }
        match (&self.to, self.scrubs_environment) {
            (ExecDestination::Inherit | ExecDestination::Nowhere, _) => Ok(()),
            (_, true) => f.write_str(", environment scrubbed"),
            (_, false) => f.write_str(", environment kept"),
        }
    }
}

impl fmt::Display for LoadedMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LoadedMode::Enforce => "enforce",
            LoadedMode::Complain => "complain",
            LoadedMode::Kill => "kill",
            LoadedMode::Unconfined => "unconfined",
            LoadedMode::Prompt => "prompt",
        })
    }
}
