//! `--unused`: rules that no event needed.

use serde::Serialize;

use super::report::LogFormat;
use crate::cli::output::{self, json_line, print_json, print_styled};
use crate::log::{Summary, Tree, UnusedRules, unused};

#[derive(Serialize)]
struct UnusedDocument<'a> {
    version: u32,
    profiles: &'a [UnusedRules],
}

/// Prints, profile by profile, the rules that no event needed.
pub(super) fn print(format: LogFormat, tree: &Tree, summary: &Summary) -> Result<(), String> {
    if summary.uncounted() > 0 {
        let more = summary.uncounted();
        return Err(format!(
            "too many kinds of events: {more} events are not counted; select profiles with `--profile`"
        ));
    }
    let profiles = unused(tree, summary);
    match format {
        LogFormat::Text if profiles.is_empty() => output::print("no events\n"),
        LogFormat::Text => output::print(&profiles.iter().map(UnusedRules::to_string).collect::<Vec<_>>().join("\n")),
        LogFormat::Json => print_json(&UnusedDocument { version: 1, profiles: &profiles }),
        LogFormat::JsonLines => profiles.iter().try_for_each(|usage| print_styled(&json_line(usage)?)),
        LogFormat::Github => Err("`--unused` supports the formats text, json and json-lines".into()),
    }
}
