//! The agent's log: a line for each thing that happens, none for what stays as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::super::output::json_line;
use super::super::print_styled;
use crate::agent::{Outcome, Report};
use crate::diagnostic::Escaped;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// A JSON object a line
    Json,
}

pub(super) struct Log {
    form: Form,
    /// What was said last of each file, profile and problem: the same is not said again at every pass.
    said: BTreeMap<PathBuf, String>,
}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    /// Seconds since 1970.
    time: f64,
    level: &'a str,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    profiles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Log {
    pub(super) fn new(form: Form) -> Log {
        Log { form, said: BTreeMap::new() }
    }

    pub(super) fn note(&self, message: &str) -> Result<(), String> {
        self.line("info", "note", None, &[], Some(message.to_owned()))
    }

    pub(super) fn report(&mut self, report: &Report) -> Result<(), String> {
        let mut said = BTreeMap::new();
        for file in &report.files {
            let (level, message) = match &file.outcome {
                Outcome::Refused(refusal) => ("error", Some(refusal.to_string())),
                _ => ("info", None),
            };
            let event = file.outcome.to_string();
            if self.is_new(&file.file, &event, message.as_deref(), &mut said) || file.outcome_is_change() {
                self.line(level, &event, Some(&file.file), &file.profiles, message)?;
            }
        }
        for vanished in &report.vanished {
            let message = vanished.kept.as_ref().map(ToString::to_string);
            let event = if message.is_none() { "removed" } else { "kept" };
            if self.is_new(Path::new(&vanished.profile), event, message.as_deref(), &mut said) {
                self.line("info", event, None, std::slice::from_ref(&vanished.profile), message)?;
            }
        }
        for problem in &report.problems {
            if self.is_new(Path::new(problem), "problem", None, &mut said) {
                self.line("error", "problem", None, &[], Some(problem.clone()))?;
            }
        }
        self.said = said;
        Ok(())
    }

    /// Whether that was not said of that before; remembers it.
    fn is_new(&self, subject: &Path, event: &str, message: Option<&str>, said: &mut BTreeMap<PathBuf, String>) -> bool {
        let now = match (event, message) {
            // A file that was loaded stays so.
            ("loaded" | "replaced", _) => "unchanged".to_owned(),
            (_, None) => event.to_owned(),
            (_, Some(message)) => format!("{event}: {message}"),
        };
        let is_new = self.said.get(subject) != Some(&now);
        said.insert(subject.to_owned(), now);
        is_new
    }

    fn line(
        &self,
        level: &str,
        event: &str,
        file: Option<&Path>,
        profiles: &[String],
        message: Option<String>,
    ) -> Result<(), String> {
        match self.form {
            Form::Json => {
                let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
                let line = Line { time, level, event, file, profiles, message };
                print_styled(&json_line(&line)?)
            }
            Form::Text => {
                let file = file.map(|file| format!(" {}", file.display())).unwrap_or_default();
                let names = if profiles.is_empty() { String::new() } else { format!(" [{}]", profiles.join(", ")) };
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                let text = format!("{level}: {event}{file}{names}{message}");
                // On one line: nothing in a name or message makes another.
                print_styled(&format!("{}\n", Escaped::line(&text)))
            }
        }
    }
}
