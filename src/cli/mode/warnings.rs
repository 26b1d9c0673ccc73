//! Facts that a user should know about a change.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::plan::{FilePlan, SelectedProfile};
use super::tree::shown;
use super::verb::Request;
use crate::cli::links::ProfileList;
use crate::compiler::{Compiler, Input, Resolved};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::RuleMode;
use crate::source::{SourceMap, Span};
use crate::vocab::ProfileMode;

/// Diagnostics with the texts that they point into.
pub(super) type Warnings = (Vec<Diagnostic>, Arc<SourceMap>);

/// The warnings about a file.
pub(super) fn of(plan: &FilePlan, base: &Path, compiler: &Compiler, request: Request) -> Vec<Warnings> {
    let mut all = vec![about_headers(plan, base, request)];
    let complains = |meant: &&SelectedProfile| meant.new.mode == ProfileMode::Complain || plan.is_forced;
    let complaining: Vec<&SelectedProfile> = plan.profiles.iter().filter(complains).collect();
    let sets_complain = request.verb.mode() == Some(ProfileMode::Complain);
    if sets_complain && !complaining.is_empty() {
        // What is wrong with the text beside that is said by those who load it.
        if let Ok(resolved) = compiler.resolve(Input::text(plan.name(), plan.new.as_slice())) {
            all.push((denials(plan, &complaining, &resolved), Arc::clone(resolved.diagnosis().sources())));
        }
    }
    all.retain(|(diagnostics, _)| !diagnostics.is_empty());
    all
}

/// Profiles that are left alone, and lists that decide otherwise.
fn about_headers(plan: &FilePlan, base: &Path, request: Request) -> Warnings {
    let sources = SourceMap::new();
    let mut diagnostics = Vec::new();
    if let Ok(id) = sources.add(plan.name(), plan.new.as_slice()) {
        let at = |meant: &SelectedProfile| Span::new(id, meant.header.span.start, meant.header.span.end);
        for meant in plan.profiles.iter().filter(|meant| meant.is_kept) {
            let message = format!("profile `{}` stays in mode `{}`", meant.header.shown(), meant.old.mode.name());
            let kept = Diagnostic::new(Code::ModeKept, message, at(meant));
            diagnostics.push(
                kept.with_help("use `--force` to change the mode: the profile confines nothing and may have no rules"),
            );
        }
        let overridden = |list: ProfileList, effect: &str, remedy: &str| {
            let entry = list.entry(base, plan.path.file_name().unwrap_or_default());
            let span = plan.profiles.first().map_or(Span::NONE, at);
            let message = format!("the link `{}` exists: the file is {effect}", shown(&entry));
            Diagnostic::new(Code::ModeOverridden, message, span).with_help(remedy)
        };
        if plan.is_disabled && !request.verb.is_about_links() {
            let remedy = "run `armorer mode enable` to remove the link";
            diagnostics.push(overridden(ProfileList::Disable, "not loaded at boot", remedy));
        }
        let keeps_forced = request.verb.mode().is_none();
        if plan.is_forced && !plan.is_disabled && keeps_forced {
            let remedy = "run `armorer mode enforce` to remove the link";
            diagnostics.push(overridden(ProfileList::ForceComplain, "loaded in complain mode", remedy));
        }
    }
    (diagnostics, Arc::new(sources))
}

/// Rules that a kernel enforces in complain mode as well: those that deny without logging.
fn denials(plan: &FilePlan, complaining: &[&SelectedProfile], resolved: &Resolved) -> Vec<Diagnostic> {
    let (name, sources) = (plan.name(), resolved.diagnosis().sources());
    let mut said = HashSet::new();
    let mut diagnostics = Vec::new();
    for profile in resolved.profiles().filter(|profile| !profile.flags.audit) {
        let is_here = sources.get(profile.span.source).name() == name;
        let is_meant = |meant: &&&SelectedProfile| is_here && meant.header.span.start == profile.span.start;
        let Some(meant) = complaining.iter().find(is_meant) else { continue };
        let denies = profile.rules.iter().filter(|rule| rule.prefix.mode == Some(RuleMode::Deny) && !rule.prefix.audit);
        for rule in denies {
            if !said.insert((meant.header.span.start, rule.span.source, rule.span.start)) {
                continue;
            }
            let message = format!("this rule of profile `{}` is still enforced in complain mode", meant.header.shown());
            let mut diagnostic = Diagnostic::new(Code::DenyInComplain, message, rule.span)
                .with_help("write `audit deny` to log and allow the access in complain mode");
            diagnostic.profile = Some(profile.written_name.clone());
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}
