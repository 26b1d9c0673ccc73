//! Details of each profile on the page: the rules of its text, and the findings of the linter.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Args;
use crate::analysis::graph::{Graph, NodeKind};
use crate::analysis::is_blob;
use crate::cli::inputs::{self, CommandInput};
use crate::cli::lint;
use crate::compiler::{Compiler, Input as Text};
use crate::kubernetes::is_manifest;
use crate::lint::Finding;
use crate::parallel;
use crate::policy::{Profile, RuleOrigin};
use crate::source::{Source, SourceMap, Span};

/// The text of one profile.
#[derive(Default, Serialize)]
pub(super) struct ProfileDetails {
    /// The file and the line.
    place: String,
    /// The rules that stand in its own file, each with its line.
    rules: Vec<(u32, String)>,
    /// The number of rules from included files.
    included: usize,
    findings: Vec<ShownFinding>,
    #[serde(skip)]
    file: String,
    /// The places of its name and its rules.
    #[serde(skip)]
    spans: Vec<(u32, u32)>,
    #[serde(skip)]
    top: bool,
}

/// A finding.
#[derive(Clone, Serialize)]
struct ShownFinding {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: String,
    line: u32,
}

/// The details of each node; `None` where there is no text.
pub(super) fn of(args: &Args, graph: &Graph) -> Result<Vec<Option<ProfileDetails>>, String> {
    let texts = read(args)?;
    let compiler = args.target.compiler()?;
    // A tree has its own includes.
    let compiler = if args.tree().is_dir() { compiler.include_dir(args.tree()) } else { compiler };
    let profiles = parallel::map(&texts, |(name, text)| profiles(&compiler, name, text));
    let mut by_name: FxHashMap<String, VecDeque<ProfileDetails>> = FxHashMap::default();
    for (name, details) in profiles.into_iter().flatten() {
        by_name.entry(name).or_default().push_back(details);
    }
    let own = |kind: NodeKind| matches!(kind, NodeKind::Profile | NodeKind::Child | NodeKind::Hat);
    let nodes = graph.nodes.iter().map(|node| {
        let known = by_name.get_mut(&node.name).filter(|_| own(node.kind));
        known.and_then(VecDeque::pop_front)
    });
    let mut all: Vec<Option<ProfileDetails>> = nodes.collect();
    let inputs = texts.into_iter().map(|(name, text)| Text::text(name, text)).collect();
    let outcome = lint::of_tree(&compiler, args.tree(), inputs)?;
    let mut by_file: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (number, details) in all.iter().enumerate() {
        if let Some(details) = details {
            by_file.entry(details.file.clone()).or_default().push(number);
        }
    }
    for finding in &outcome.findings {
        place(finding, outcome.sources(), &by_file, &mut all);
    }
    Ok(all)
}

/// The names and texts of the inputs that are text of profiles.
fn read(args: &Args) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut texts = Vec::new();
    for input in inputs::expand(&[args.tree().to_owned()])? {
        // Standard input has been read already.
        let CommandInput::File(path) = &input else { continue };
        let text = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
        if !is_blob(&text) && !is_manifest(Some(path), &text) {
            texts.push((input.name(), text));
        }
    }
    Ok(texts)
}

/// The profiles of a text by their names; none where it cannot be compiled, which has been reported.
fn profiles(compiler: &Compiler, name: &str, text: &[u8]) -> Vec<(String, ProfileDetails)> {
    let Ok(resolved) = compiler.resolve(Text::text(name, text)) else { return Vec::new() };
    let sources = resolved.diagnosis().sources();
    let details = |profile: &Profile| {
        let source = sources.get(profile.span.source);
        let mut details = ProfileDetails {
            place: sources.describe(profile.span),
            file: source.name().to_owned(),
            spans: vec![(profile.span.start, profile.span.end)],
            top: !profile.name.as_bytes().windows(2).any(|two| two == b"//"),
            ..ProfileDetails::default()
        };
        let mut known: Option<Span> = None;
        for rule in profile
            .rules
            .iter()
            .filter(|rule| matches!(rule.origin, RuleOrigin::Written | RuleOrigin::File | RuleOrigin::All))
        {
            if rule.span.source != profile.span.source {
                details.included += 1;
            } else if known.replace(rule.span) != Some(rule.span) {
                details.spans.push((rule.span.start, rule.span.end));
                details.rules.push((source.line_column(rule.span.start).0, words(&source, rule.span)));
            }
        }
        (full_name(profile), details)
    };
    resolved.profiles().map(details).collect()
}

/// The text of a rule on one line.
fn words(source: &Source, span: Span) -> String {
    let text = String::from_utf8_lossy(source.slice(span)).into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of a profile as the graph has it.
fn full_name(profile: &Profile) -> String {
    let name = profile.name.escape_ascii();
    match &profile.namespace {
        Some(namespace) => format!(":{}:{name}", namespace.escape_ascii()),
        None => name.to_string(),
    }
}

/// Gives a finding to the profile whose rule or name it is about, and one about the file to its profiles at the top level.
fn place(
    finding: &Finding,
    sources: &SourceMap,
    by_file: &FxHashMap<String, Vec<usize>>,
    all: &mut [Option<ProfileDetails>],
) {
    let span = finding.span();
    if span == Span::NONE {
        return;
    }
    let source = sources.get(span.source);
    let Some(profiles) = by_file.get(source.name()) else { return };
    let shown = ShownFinding {
        code: finding.code,
        name: finding.name(),
        severity: lint::severity(finding),
        message: finding.message.clone(),
        line: source.line_column(span.start).0,
    };
    let inside =
        |details: &ProfileDetails| details.spans.iter().any(|&(start, end)| start <= span.start && span.start <= end);
    let details = |number: usize| all.get(number).and_then(Option::as_ref);
    let holders: Vec<usize> = profiles.iter().copied().filter(|&number| details(number).is_some_and(inside)).collect();
    let holders = match holders.is_empty() {
        false => holders,
        true => profiles.iter().copied().filter(|&number| details(number).is_some_and(|details| details.top)).collect(),
    };
    for number in holders {
        if let Some(Some(details)) = all.get_mut(number) {
            details.findings.push(shown.clone());
        }
    }
}
