//! The agent's log: a line for each thing that happens, none for what stays as it was.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::super::output::json_line;
use super::super::print_styled;
use super::sink::Sink;
use crate::agent::{FileOutcome, PassReport};
use crate::diagnostic::Escaped;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogLineFormat {
    /// Human-readable text
    Text,
    /// One JSON object per line
    Json,
}

pub(super) struct WatchLog {
    form: LogLineFormat,
    /// `None`: lines are printed at once, however long that takes.
    sink: Option<Sink>,
    /// The last line about each file, profile and problem, which is not repeated at every pass.
    said: BTreeMap<PathBuf, String>,
}

/// A line.
#[derive(Serialize)]
struct WatchLogLine<'a> {
    /// Seconds since 1970.
    time: f64,
    level: &'a str,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    profiles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl WatchLog {
    /// A log that is printed line by line.
    pub(super) fn printed(form: LogLineFormat) -> WatchLog {
        WatchLog { form, sink: None, said: BTreeMap::new() }
    }

    /// A log that keeps nobody waiting who has something to say.
    pub(super) fn queued(form: LogLineFormat) -> WatchLog {
        WatchLog { form, sink: Some(Sink::start()), said: BTreeMap::new() }
    }

    /// Waits for the last lines, but not for long.
    pub(super) fn finish(&self) -> Result<(), String> {
        self.sink.as_ref().map_or(Ok(()), Sink::finish)
    }

    pub(super) fn note(&self, message: &str) -> Result<(), String> {
        self.line("info", "note", None, &[], Some(message.to_owned()))
    }

    pub(super) fn report(&mut self, report: &PassReport) -> Result<(), String> {
        let mut said = BTreeMap::new();
        for file in &report.files {
            let (level, message) = match &file.outcome {
                FileOutcome::Refused(refusal) => ("error", Some(refusal.to_string())),
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
            let problem = problem.to_string();
            if self.is_new(Path::new(&problem), "problem", None, &mut said) {
                self.line("error", "problem", None, &[], Some(problem))?;
            }
        }
        self.said = said;
        Ok(())
    }

    /// Whether that was not logged about it before; remembers it.
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
        let line = |level: &str, event: &str, message| line(self.form, level, event, file, profiles, message);
        let text = line(level, event, message)?;
        match &self.sink {
            None => print_styled(&text),
            Some(sink) => {
                sink.send(text, |lost| line("warning", "lost", Some(format!("{lost} lines: nobody read them in time"))))
            }
        }
    }
}

/// A line with its end.
fn line(
    form: LogLineFormat,
    level: &str,
    event: &str,
    file: Option<&Path>,
    profiles: &[String],
    message: Option<String>,
) -> Result<String, String> {
    let file = file.map(Path::to_string_lossy);
    match form {
        LogLineFormat::Json => {
            let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
            json_line(&WatchLogLine { time, level, event, file, profiles, message })
        }
        LogLineFormat::Text => {
            let file = file.map(|file| format!(" {file}")).unwrap_or_default();
            let names = if profiles.is_empty() { String::new() } else { format!(" [{}]", profiles.join(", ")) };
            let message = message.map(|message| format!(": {message}")).unwrap_or_default();
            // On one line: nothing in a name or message makes another.
            Ok(format!("{}\n", Escaped::line(&format!("{level}: {event}{file}{names}{message}"))))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn any_name_is_one_line() {
        let file = Path::new(OsStr::from_bytes(b"/v/\xff\x1b[2J\ninfo: loaded \xc2\x9b"));
        let names = ["a\u{7f}b".to_owned()];
        let text = line(LogLineFormat::Text, "error", "refused", Some(file), &names, Some("a\nb\rc".into())).unwrap();
        assert!(text.ends_with('\n') && !text.trim_end().contains(char::is_control), "{text:?}");
        assert!(text.starts_with("error: refused /v/\u{fffd}"), "{text}");
        let json = line(LogLineFormat::Json, "error", "refused", Some(file), &names, None).unwrap();
        assert!(json.ends_with('\n') && !json.trim_end().contains(char::is_control), "{json:?}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["file"], "/v/\u{fffd}\u{1b}[2J\ninfo: loaded \u{9b}");
        assert_eq!(value["profiles"][0], "a\u{7f}b");
    }
}
