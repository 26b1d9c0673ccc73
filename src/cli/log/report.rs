//! Printing events.

use std::fmt::Write;

use serde::Serialize;

use super::time::shown;
use crate::analysis::names::Quoted;
use crate::cli::github;
use crate::cli::output::{json_line, print, print_json, print_styled};
use crate::log::{Event, EventCount, EventKind, Explainer, Explanation, Summary};
use crate::source::Text;

/// Formats of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// One line per kind of event
    #[value(alias = "table")]
    Text,
    /// One JSON document with the kinds of events
    Json,
    /// One JSON object per line for every event
    JsonLines,
    /// GitHub Actions annotations, one per kind of event
    Github,
}

/// Prints one event as it comes.
pub(super) fn line(format: LogFormat, event: &Event) -> Result<(), String> {
    match format {
        LogFormat::Json | LogFormat::JsonLines => print_styled(&json_line(event)?),
        LogFormat::Github => print_styled(&annotation(&event.kind(), event, 1)),
        LogFormat::Text => {
            let (time, profile) = (shown(event.time), profile(event.profile.as_ref()));
            print(&format!("{time}  {:7}  {profile}  {}{}\n", event.verdict, event.what(), remark(event)))
        }
    }
}

/// Prints all kinds of events.
pub(super) fn print_all(
    format: LogFormat,
    summary: &Summary,
    mut why: Option<&mut Explainer<'_>>,
) -> Result<(), String> {
    let mut ask = |count: &EventCount| why.as_mut().map(|reader| reader.ask(&count.event));
    match format {
        LogFormat::Text => print(&table(summary, ask)),
        LogFormat::Json => print_json(&LogDocument::of(summary, ask)),
        LogFormat::JsonLines => summary.iter().try_for_each(|(kind, count)| {
            print_styled(&json_line(&LogRow { what: &kind.what, why: ask(count), count })?)
        }),
        LogFormat::Github => {
            summary.iter().try_for_each(|(kind, count)| print_styled(&annotation(kind, &count.event, count.times)))
        }
    }
}

#[derive(Serialize)]
struct LogDocument<'a> {
    version: u32,
    events: Vec<LogRow<'a>>,
    /// Events of further kinds, which are not told apart.
    uncounted: u64,
}

#[derive(Serialize)]
struct LogRow<'a> {
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Explanation>,
    #[serde(flatten)]
    count: &'a EventCount,
}

impl<'a> LogDocument<'a> {
    fn of(summary: &'a Summary, mut why: impl FnMut(&EventCount) -> Option<Explanation>) -> LogDocument<'a> {
        let events = summary.iter().map(|(kind, count)| LogRow { what: &kind.what, why: why(count), count }).collect();
        LogDocument { version: 1, events, uncounted: summary.uncounted() }
    }
}

fn table(summary: &Summary, mut why: impl FnMut(&EventCount) -> Option<Explanation>) -> String {
    let heading = ["TIMES", "VERDICT", "PROFILE", "FIRST", "LAST", "WHAT"].map(str::to_owned);
    let row = |(kind, count): (&EventKind, &EventCount)| {
        [
            count.times.to_string(),
            kind.verdict.to_string(),
            profile(kind.profile.as_ref()),
            shown(count.first),
            shown(count.last),
            format!("{}{}", kind.what, remark(&count.event)),
        ]
    };
    let rows: Vec<[String; 6]> = summary.iter().map(row).collect();
    if rows.is_empty() {
        return "no events\n".into();
    }
    let rows: Vec<[String; 6]> = std::iter::once(heading).chain(rows).collect();
    let mut widths = [0_usize; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
    }
    let mut out = String::new();
    // The heading has no reason.
    let reasons = std::iter::once(None).chain(summary.iter().map(|(_, count)| why(count)));
    for (row, reason) in rows.iter().zip(reasons) {
        let [times, middle @ .., what] = row;
        let _ = write!(out, "{times:>0$}", widths[0]);
        for (cell, width) in middle.iter().zip(widths.iter().skip(1)) {
            let _ = write!(out, "  {cell:width$}");
        }
        let _ = writeln!(out, "  {what}");
        for line in reason.iter().flat_map(|why| why.to_string().lines().map(str::to_owned).collect::<Vec<_>>()) {
            let _ = writeln!(out, "{:1$}  {line}", "", widths[0]);
        }
    }
    if summary.uncounted() > 0 {
        let _ = writeln!(out, "and {} events of further kinds", summary.uncounted());
    }
    out
}

/// A longer name does not widen its column.
const WIDEST: usize = 40;

fn profile(label: Option<&Text>) -> String {
    let Some(label) = label else { return "-".into() };
    let plain = !label.is_empty() && label.iter().all(|byte| byte.is_ascii_graphic());
    if plain { label.to_str_lossy().into_owned() } else { Quoted(label).to_string() }
}

/// The kernel's own words, where it has some.
fn remark(event: &Event) -> String {
    event.info.as_ref().map(|info| format!("  ({})", info.to_str_lossy())).unwrap_or_default()
}

fn annotation(kind: &EventKind, event: &Event, times: u64) -> String {
    let level = if kind.verdict.is_lacking() { "error" } else { "notice" };
    let title = format!("{} by {}", kind.verdict, profile(kind.profile.as_ref()));
    let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
    format!(
        "::{level} title={}::{}\n",
        github::property(&title),
        github::data(&format!("{}{}{times}", kind.what, remark(event)))
    )
}
