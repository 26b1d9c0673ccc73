//! `--unused`: rules that no event needed.

use serde::Serialize;

use super::report::Format;
use crate::cli::output::{self, json_line, print_json, print_styled};
use crate::log::{Summary, Tree, Usage, unused};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    profiles: &'a [Usage],
}

/// Prints, profile by profile, the rules that no event needed.
pub(super) fn print(format: Format, tree: &Tree, summary: &Summary) -> Result<(), String> {
    if summary.uncounted() > 0 {
        let more = summary.uncounted();
        return Err(format!(
            "too many kinds of events: {more} events are not counted; select profiles with `--profile`"
        ));
    }
    let profiles = unused(tree, summary);
    match format {
        Format::Text if profiles.is_empty() => output::print("no events\n"),
        Format::Text => output::print(&profiles.iter().map(Usage::to_string).collect::<Vec<_>>().join("\n")),
        Format::Json => print_json(&Document { version: 1, profiles: &profiles }),
        Format::JsonLines => profiles.iter().try_for_each(|usage| print_styled(&json_line(usage)?)),
        Format::Github => Err("`--unused` supports the formats table, json and json-lines".into()),
    }
}
