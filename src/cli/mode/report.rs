//! Printing changes.

use serde::Serialize;

use super::plan::{FilePlan, LinkChange, ModeState};
use super::tree::shown;
use super::warnings::Warnings;
use crate::cli::print_json;
use crate::cli::unified::UnifiedDiff;

/// The output in place of making the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModeOutput {
    /// A line for each change.
    Lines,
    /// The files as unified diffs.
    Diff,
    Json,
}

/// Prints the changes.
pub(super) fn print(
    plans: &[FilePlan],
    warnings: &[Warnings],
    show: ModeOutput,
    is_written: bool,
) -> Result<(), String> {
    match show {
        ModeOutput::Lines => crate::cli::print(&plans.iter().flat_map(lines).collect::<String>()),
        ModeOutput::Diff => {
            for plan in plans.iter().filter(|plan| plan.is_edited()) {
                UnifiedDiff::new(&plan.name(), &plan.old, &plan.new).print()?;
            }
            crate::cli::print(&plans.iter().flat_map(|plan| &plan.links).map(link_line).collect::<String>())
        }
        ModeOutput::Json => print_json(&ModeReport::new(plans, warnings, is_written)),
    }
}

/// A line for each change of a file.
fn lines(plan: &FilePlan) -> Vec<String> {
    let changed = plan.profiles.iter().filter(|meant| meant.is_changed());
    let mut lines: Vec<String> = changed
        .map(|meant| {
            let (place, name) = (shown(&plan.path), meant.header.shown());
            format!("{place}:{}: {name}: {}\n", meant.header.line, change(meant.old, meant.new))
        })
        .collect();
    lines.extend(plan.links.iter().map(link_line));
    lines
}

fn change(old: ModeState, new: ModeState) -> String {
    let mut parts = Vec::new();
    if old.mode != new.mode {
        parts.push(format!("{} -> {}", old.mode.name(), new.mode.name()));
    }
    match (old.audit, new.audit) {
        (false, true) => parts.push("audit added".into()),
        (true, false) => parts.push("audit removed".into()),
        _ => {}
    }
    parts.join(", ")
}

fn link_line(link: &LinkChange) -> String {
    format!("{}: {}\n", shown(&link.entry), action(link))
}

fn action(link: &LinkChange) -> &'static str {
    if link.adds { "created" } else { "removed" }
}

/// Everything, for programs.
#[derive(Serialize)]
struct ModeReport {
    /// Whether the changes are made.
    written: bool,
    /// The profiles that were meant, changed or not.
    profiles: Vec<ProfileReport>,
    links: Vec<LinkReport>,
    warnings: Vec<WarningReport>,
}

#[derive(Serialize)]
struct ProfileReport {
    file: String,
    line: u32,
    profile: String,
    changed: bool,
    from: ModeState,
    to: ModeState,
}

#[derive(Serialize)]
struct LinkReport {
    path: String,
    action: &'static str,
}

#[derive(Serialize)]
struct WarningReport {
    code: &'static str,
    message: String,
    file: String,
    line: u32,
    column: u32,
    /// The line that it is about.
    text: String,
}

impl ModeReport {
    fn new(plans: &[FilePlan], warnings: &[Warnings], written: bool) -> ModeReport {
        let profiles = plans.iter().flat_map(|plan| {
            plan.profiles.iter().map(|meant| ProfileReport {
                file: plan.name(),
                line: meant.header.line,
                profile: String::from_utf8_lossy(&meant.header.name).into_owned(),
                changed: meant.is_changed(),
                from: meant.old,
                to: meant.new,
            })
        });
        let links = plans.iter().flat_map(|plan| &plan.links);
        let links = links.map(|link| LinkReport { path: link.entry.display().to_string(), action: action(link) });
        let warnings = warnings.iter().flat_map(|(diagnostics, sources)| {
            diagnostics.iter().map(|diagnostic| {
                let source = sources.get(diagnostic.span().source);
                let (line, column) = source.line_column(diagnostic.span().start);
                WarningReport {
                    code: diagnostic.code.as_str(),
                    message: diagnostic.message.clone(),
                    file: source.name().to_owned(),
                    line,
                    column,
                    text: String::from_utf8_lossy(source.line(line).trim_ascii()).into_owned(),
                }
            })
        });
        ModeReport { written, profiles: profiles.collect(), links: links.collect(), warnings: warnings.collect() }
    }
}
