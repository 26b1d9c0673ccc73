//! Changes of a text.

use std::ops::Range;
use std::path::PathBuf;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::edit::Edit;

/// Edits of a file.
pub(super) type FileEdits = (PathBuf, Vec<Edit>);

/// The maximum number of lines compared one by one; in longer texts, everything from the first to the last difference is replaced.
const MOST_LINES: usize = 4000;

/// Returns the edits that turn one text into another, in whole lines and in order.
pub(super) fn between(old: &str, new: &str) -> Vec<Edit> {
    let lines = |text: &'_ str| -> Vec<String> { text.split_inclusive('\n').map(str::to_owned).collect() };
    let (old_lines, new_lines) = (lines(old), lines(new));
    let same = |a: &[String], b: &[String]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let head = same(&old_lines, &new_lines);
    let reversed = |lines: &[String]| lines.iter().skip(head).rev().cloned().collect::<Vec<_>>();
    let tail = same(&reversed(&old_lines), &reversed(&new_lines));
    let old_middle = old_lines.get(head..old_lines.len() - tail).unwrap_or_default();
    let new_middle = new_lines.get(head..new_lines.len() - tail).unwrap_or_default();
    let mut starts = vec![old_lines.iter().take(head).map(String::len).sum::<usize>()];
    for line in old_middle {
        starts.push(starts.last().copied().unwrap_or_default() + line.len());
    }
    let at = |index: usize| starts.get(index).copied().unwrap_or_default();
    let edit = |old: Range<usize>, new: Range<usize>| {
        Edit::new(at(old.start)..at(old.end), new_middle.get(new).unwrap_or_default().concat())
    };
    if old_middle.is_empty() && new_middle.is_empty() {
        return Vec::new();
    }
    if old_middle.len().max(new_middle.len()) > MOST_LINES {
        return vec![edit(0..old_middle.len(), 0..new_middle.len())];
    }
    let ops = capture_diff_slices(Algorithm::Myers, old_middle, new_middle);
    let changes = ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    changes.map(|op| edit(op.old_range(), op.new_range())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The edits make the new text of the old one.
        #[test]
        fn edits_lead_from_one_to_the_other(
            old in proptest::collection::vec(proptest::sample::select(vec!["a\n", "b\n", "c", "\n", "ä\n"]), 0..12),
            new in proptest::collection::vec(proptest::sample::select(vec!["a\n", "b\n", "c", "\n", "ä\n"]), 0..12),
        ) {
            let (old, new) = (old.concat(), new.concat());
            let edits = between(&old, &new);
            let text = crate::edit::apply(old.as_bytes(), &edits);
            prop_assert_eq!(text.as_deref(), Some(new.as_bytes()));
        }
    }
}
