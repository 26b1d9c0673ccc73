//! AA00: how the linter itself is used.

pub(super) mod suppression_without_reason;
pub(super) mod unknown_suppression;
pub(super) mod unused_suppression;

use crate::lint::finding::Finding;
use crate::lint::rule::Rule;
use crate::lint::suppress::Suppression;
use crate::source::SourceMap;

/// Reports on the suppressions of a file once all findings have met them.
pub(in crate::lint) fn judge(
    list: &[Suppression],
    sources: &SourceMap,
    runs: impl Fn(&Rule) -> bool,
    findings: &mut Vec<Finding>,
) {
    for suppression in list.iter().filter(|suppression| !suppression.foreign) {
        unused_suppression::check(suppression, sources, &runs, findings);
        unknown_suppression::check(suppression, findings);
        suppression_without_reason::check(suppression, findings);
    }
}
