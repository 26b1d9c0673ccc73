#![doc = include_str!("subsumed_rule.md")]

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::rule::Rule;
use crate::lint::semantics::Semantics;
use crate::source::Span;

use super::shared::candidates;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0201",
    name: "subsumed-rule",
    severity: Severity::Note,
    page: page!("AA0201", "subsumed_rule"),
    check: Check::Automata(check),
    ..Rule::BASE
};

fn check(semantics: &Semantics<'_>, reporter: &mut Reporter<'_>) {
    // Where nothing is confined, rules only give names to things.
    if !semantics.view.confines() {
        return;
    }
    for (place, span, grants) in candidates(semantics) {
        let Some(&first) = grants.first() else { continue };
        let own = semantics.is_own(span);
        // In an included file, what the profile says besides does not count: others include it, too.
        let fits = |_: usize, by: &crate::encode::Grant<'_>| {
            (own || by.span.source == span.source) && semantics.covers(by, first)
        };
        let others: FxHashSet<Span> = semantics
            .covering(first, fits)
            .into_iter()
            .filter_map(|at| semantics.grant(at).map(|grant| grant.span))
            .collect();
        let mut others: Vec<Span> = others.into_iter().filter(|&other| other != semantics.view.profile.span).collect();
        others.sort_unstable();
        let found = others
            .into_iter()
            .find(|&other| semantics.is_subsumed(grants, other) && !keeps(semantics, place, span, other));
        let Some(other) = found else { continue };
        if same_text(semantics, span, other) {
            continue;
        }
        let source = semantics.view.sources.get(other.source);
        let line = source.line_column(other.start).0;
        let place =
            if other.source == span.source { format!("line {line}") } else { format!("{}:{line}", source.name()) };
        let finding = reporter.finding(span, format!("the rule at {place} already covers everything in this rule"));
        reporter.push(finding.and_label(other, "the broader rule"));
    }
}

/// Whether of two rules that say the same this one is to be kept: the first one.
fn keeps(semantics: &Semantics<'_>, place: usize, span: Span, other: Span) -> bool {
    let Some(at) = semantics.rules.iter().position(|(span, _)| *span == other) else { return false };
    let Some((_, grants)) = semantics.rules.get(at) else { return false };
    let mutual = semantics.is_subsumed(grants, span);
    mutual && place < at && (span.source == other.source || !semantics.is_own(other) && !semantics.is_own(span))
}

/// Whether both are written alike, which is another finding.
fn same_text(semantics: &Semantics<'_>, a: Span, b: Span) -> bool {
    a.source == b.source && {
        let source = semantics.view.sources.get(a.source);
        source.slice(a) == source.slice(b)
    }
}
