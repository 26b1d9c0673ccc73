//! Automata, and what the rules of a profile come to in them.

use rustc_hash::FxHashMap;

use crate::automata::{LabelId, MinimalDfa, Pattern, StateId};
use crate::diagnostic::{Code, Diagnostic};
use crate::encode::EncodeOptions;
use crate::encode::automaton::{self, Labels};
use crate::encode::cache::AutomatonCache;
use crate::encode::contribution::{Contribution, DiagnosticCollector};
use crate::encode::resolution::{self, Conflict, ContributionLabel, StatePermissions};
use crate::encode::support::Support;
use crate::encode::tables::MAX_STATES_16;
use crate::source::Span;

fn first_span(contributions: &[Contribution]) -> Span {
    contributions.first().map_or(Span::NONE, |contribution| contribution.span)
}

/// Reports an automaton that takes tables with 32-bit cells.
pub(in crate::encode) fn size(
    dfa: &MinimalDfa<StatePermissions>,
    contributions: &[Contribution],
    reports: &mut DiagnosticCollector,
) {
    if dfa.len() > MAX_STATES_16 {
        let message = format!(
            "apparmor_parser rejects an automaton of {} states without the option for larger tables",
            dfa.len()
        );
        reports.push(Diagnostic::new(Code::RefLimit, message, first_span(contributions)));
    }
}

/// Reports an attachment that would gain from encoding states as differences: apparmor_parser encodes every such one, however small
/// the gain.
pub(in crate::encode) fn attachment(
    dfa: &MinimalDfa<StatePermissions>,
    contributions: &[Contribution],
    support: &Support,
    reports: &mut DiagnosticCollector,
) {
    if support.diff_encode && dfa.gains_from_differences() {
        let message = "apparmor_parser diff-encodes this attachment, which the kernel misreads: \
                       some programs that match it run unconfined";
        reports.push(Diagnostic::new(Code::RefAttachment, message, first_span(contributions)));
    }
}

/// Reports what [`rules`] does, for contributions whose automaton is not built yet: it is built only where a pattern matches from
/// the first byte on.
pub(in crate::encode) fn check_start(
    contributions: &[Contribution],
    cache: &mut AutomatonCache,
    support: &Support,
    options: &EncodeOptions,
    reports: &mut DiagnosticCollector,
) {
    if support.table.is_some()
        && matches_at_once(contributions).is_some()
        && let Some(dfa) = automaton::build(contributions, cache, options, reports)
    {
        rules(&dfa, contributions, support, reports);
    }
}

/// The first rule that matches any text from the first byte on, and so the empty one.
fn matches_at_once(contributions: &[Contribution]) -> Option<Span> {
    contributions.iter().find(|contribution| contribution.pattern.matches(&[])).map(|contribution| contribution.span)
}

/// Reports permissions of a first state that is the only one, as apparmor_parser sees it.
pub(in crate::encode) fn rules(
    dfa: &MinimalDfa<StatePermissions>,
    contributions: &[Contribution],
    support: &Support,
    reports: &mut DiagnosticCollector,
) {
    let start = dfa.value(StateId::START);
    if support.table.is_some()
        && *start != StatePermissions::default()
        && dfa.start_is_redundant()
        && let Some(span) = matches_at_once(contributions)
    {
        let message = "apparmor_parser drops this rule, which matches any text from the first byte on: the kernel does not look \
                       at the permissions of the start state, the only state of this automaton";
        reports.push(Diagnostic::new(Code::RefStart, message, span).with_help("begin the pattern with `/`"));
    }
}

/// Two rules for the same path that contradict each other, if any. A higher rank may decide, and whether the reference compiler sees
/// that depends on the order it looks in; absorption may hide it from the states.
pub(in crate::encode) fn contradiction(contributions: &[Contribution], labels: &Labels<'_>) -> Option<Conflict> {
    let mut of_path: FxHashMap<&Pattern, Vec<(LabelId, ContributionLabel)>> = FxHashMap::default();
    for (contribution, &id) in contributions.iter().zip(&labels.ids) {
        if let Some(&label) = labels.label(id).filter(|label| label.grants_exact_exec()) {
            let others = of_path.entry(&contribution.pattern).or_default();
            if !others.iter().any(|&(other, _)| other == id) {
                others.push((id, label));
                if let Some(conflict) = resolution::contradiction(others) {
                    return Some(conflict);
                }
            }
        }
    }
    None
}

/// Reports two rules that want different things, where a third decides.
pub(in crate::encode) fn overridden_exec(
    conflict: Conflict,
    span: impl Fn(LabelId) -> Span,
    reports: &mut DiagnosticCollector,
) {
    let message = "two rules with conflicting exec transitions are overridden by a third";
    reports.push(
        Diagnostic::new(Code::RefExecConflict, message, span(conflict.second))
            .and_label(span(conflict.first), "the other rule")
            .with_help("remove one of them: apparmor_parser may reject them, depending on the order of the rules"),
    );
}
