//! Builds the minimal automaton with permissions from contributions.

use rustc_hash::FxHashMap;

use super::EncodeOptions;
use super::blame;
use super::cache::AutomatonCache;
use super::compat;
use super::contribution::{Contribution, DiagnosticCollector};
use super::resolution::{self, AutomatonKind, Conflict, ContributionLabel, StatePermissions};
use crate::automata::{BuildError, Builder, Config, LabelId, MinimalDfa, MinimalError, Symbol, Unclassified};
use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::source::Span;

/// The labels of contributions: one for all that resolution need not tell apart.
pub(super) struct Labels<'a> {
    all: &'a [ContributionLabel],
    pub(super) ids: Vec<LabelId>,
    /// The first place of each label. Diagnostics about labels follow this order, so that it does not depend on other automata.
    order: FxHashMap<LabelId, usize>,
}

impl<'a> Labels<'a> {
    pub(super) fn label(&self, id: LabelId) -> Option<&'a ContributionLabel> {
        self.all.get(id.index())
    }

    /// The labels with their ids.
    fn get(&self, ids: &[LabelId]) -> Vec<(LabelId, ContributionLabel)> {
        let mut labels: Vec<_> = ids.iter().filter_map(|&id| self.label(id).map(|&label| (id, label))).collect();
        labels.sort_by_key(|(id, _)| self.order.get(id));
        labels
    }

    /// The contributions with one of the labels.
    fn with<'b>(
        &'b self,
        labels: &'b [LabelId],
        contributions: &'b [Contribution],
    ) -> impl Iterator<Item = &'b Contribution> {
        let labelled = contributions.iter().zip(&self.ids);
        labelled.filter(move |(_, id)| labels.contains(id)).map(|(contribution, _)| contribution)
    }
}

/// Builds the automaton. `None` where it grows too large or two rules want different things at an exec, which is then reported.
pub(super) fn build(
    contributions: &[Contribution],
    cache: &mut AutomatonCache,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) -> Option<MinimalDfa<StatePermissions>> {
    let kind = cache.kind;
    let ids = cache.label(contributions);
    let mut order = FxHashMap::default();
    for (at, &id) in ids.iter().enumerate() {
        order.entry(id).or_insert(at);
    }
    let AutomatonCache { builds, labels: all, .. } = cache;
    let labels = Labels { all, ids, order };
    let config = options.limits();
    let mut builder = Builder::new(config);
    for (contribution, &label) in contributions.iter().zip(&labels.ids) {
        builder.add(&contribution.pattern, label);
    }
    let absorbs = |broad, narrow| absorbs(kind, labels.all, broad, narrow);
    // Only the bits of file words are about exec.
    let of_path =
        if kind == AutomatonKind::File { compat::automata::contradiction(contributions, &labels) } else { None };
    let meaning = |ids: &[LabelId], overridden: &mut Option<Conflict>| {
        let labels = labels.get(ids);
        if kind == AutomatonKind::File {
            *overridden = resolution::contradiction(&labels);
        }
        resolution::resolve(kind, &labels)
    };
    let span = |label: LabelId| labels.with(&[label], contributions).map(|each| each.span).next().unwrap_or(Span::NONE);
    let (minimal, overridden) = match builder.minimal(builds, absorbs, meaning) {
        Ok(built) => built,
        Err(error) => {
            reports.push(match error {
                MinimalError::Unclassified(unclassified) => conflict(&unclassified, &labels, contributions),
                MinimalError::Build(error @ BuildError::TooDeep { label, .. }) => {
                    Diagnostic::new(Code::StateLimit, error.to_string(), span(label))
                }
                MinimalError::Build(error) => {
                    let labelled: Vec<_> = contributions.iter().zip(labels.ids.iter().copied()).collect();
                    blame::too_large(error.to_string(), &labelled, absorbs, config)
                }
            });
            return None;
        }
    };
    if let Some(conflict) = of_path.or(overridden) {
        compat::automata::overridden_exec(conflict, span, reports);
    }
    Some(minimal)
}

/// The message for an automaton with more states than the target can number.
pub(super) fn too_many_states(states: usize, contributions: &[Contribution], cache: &mut AutomatonCache) -> Diagnostic {
    let message = format!("the rules need {states} states, but the target supports at most 65535");
    let ids = cache.label(contributions);
    let labelled: Vec<_> = contributions.iter().zip(ids).collect();
    let (kind, labels) = (cache.kind, &cache.labels);
    blame::too_large(message, &labelled, |broad, narrow| absorbs(kind, labels, broad, narrow), Config::default())
}

/// Whether one label makes another one moot.
fn absorbs(kind: AutomatonKind, labels: &[ContributionLabel], broad: LabelId, narrow: LabelId) -> bool {
    match (labels.get(broad.index()), labels.get(narrow.index())) {
        (Some(broad), Some(narrow)) => broad.absorbs(kind, narrow),
        _ => false,
    }
}

fn conflict(failure: &Unclassified<Conflict>, labels: &Labels<'_>, contributions: &[Contribution]) -> Diagnostic {
    let span = |label: LabelId| labels.with(&[label], contributions).map(|each| each.span).next().unwrap_or(Span::NONE);
    // Several rules may share a label; the ones that match the witness are those to name.
    let matching = |label: LabelId| {
        let mut rules = labels.with(std::slice::from_ref(&label), contributions);
        rules.find(|rule| rule.pattern.matches(&failure.witness)).map_or_else(|| span(label), |rule| rule.span)
    };
    let (first, second) = (matching(failure.error.first), matching(failure.error.second));
    let (first, second) = if second < first { (second, first) } else { (first, second) };
    let message = format!("conflicting exec transitions for `{}`", show(&failure.witness));
    Diagnostic::new(Code::DfaXConflict, message, second)
        .with_label("one of the rules")
        .and_label(first, "the other rule")
        .with_help("give one of the rules a higher priority, make its pattern literal, or deny the exec in one of them")
        .with_detail(Detail::ExecConflict { path: None })
}

/// The bytes of an input.
fn show(input: &[Symbol]) -> String {
    let bytes = input.iter().filter_map(|symbol| match symbol {
        Symbol::Byte(byte) => Some(*byte),
        Symbol::OutOfBand => None,
    });
    bytes.collect::<Vec<u8>>().escape_ascii().to_string()
}
