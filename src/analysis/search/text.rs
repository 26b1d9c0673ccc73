//! The results of a search as text.

use std::fmt::Write;

use super::{AnswerFilter, ProfileAnswer, SearchResult};
use crate::analysis::query::{Decision, FileOwnership};

impl SearchResult {
    /// The profiles with an answer as text, with at most `most` names for each rule.
    #[must_use]
    pub fn to_text(&self, selection: AnswerFilter, most: usize) -> String {
        let mut out = String::new();
        let total = self.profiles.len();
        let number = self.select(selection).count();
        let plural = if total == 1 { "" } else { "s" };
        let _ = writeln!(out, "{}: {} {number} of {total} profile{plural}", self.question, selection.verb());
        for group in self.groups(selection) {
            let number = group.profiles.len();
            let what = match (group.rule, group.unchecked) {
                (Some(rule), _) => format!("{}  {}", rule.place(), rule.text),
                (None, Some(reason)) => reason.to_owned(),
                (None, None) if selection == AnswerFilter::Denied => "no rule allows it".to_owned(),
                (None, None) => "rules that are not known".to_owned(),
            };
            let _ = writeln!(out, "  {number}  {what}");
            if let Some(witness) = group.witness {
                let _ = writeln!(out, "     for example {witness}");
            }
            let mut names: Vec<String> = group.profiles.iter().take(most).map(|found| found.name()).collect();
            if number > most {
                names.push(format!("and {} more", number - most));
            }
            let _ = writeln!(out, "     {}", names.join(", "));
        }
        let denied = self.select(AnswerFilter::Denied).count();
        if selection != AnswerFilter::Denied && denied != 0 {
            let logged = self.select(AnswerFilter::Denied).filter(|found| found.happens).count();
            let complain =
                if logged == 0 { String::new() } else { format!(", of which {logged} in complain mode only log it") };
            let _ = writeln!(out, "denied by {denied}{complain}");
        }
        out
    }
}

impl AnswerFilter {
    fn verb(self) -> &'static str {
        match self {
            AnswerFilter::Allowed => "allowed by",
            AnswerFilter::Audited => "allowed and logged by",
            AnswerFilter::Denied => "denied by",
            AnswerFilter::Quiet => "denied without a record by",
            AnswerFilter::Prompt => "up to user space in",
        }
    }
}

impl ProfileAnswer {
    /// The name, with what is particular about the answer.
    fn name(&self) -> String {
        let mut notes = Vec::new();
        match self.whose {
            FileOwnership::Any => {}
            FileOwnership::Owner => notes.push("own files"),
            FileOwnership::Other => notes.push("files of others"),
        }
        if self.audited {
            notes.push("audited");
        }
        if self.happens && self.decision != Decision::Allowed {
            notes.push("only logged");
        }
        if notes.is_empty() { self.profile.clone() } else { format!("{} ({})", self.profile, notes.join(", ")) }
    }
}
