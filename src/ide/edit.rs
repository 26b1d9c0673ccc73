//! Changes of a text.

use std::ops::Range;
use std::path::PathBuf;

use crate::edit::Edit;
use crate::lines::LineDiff;

/// Edits of a file.
pub(super) type FileEdits = (PathBuf, Vec<Edit>);

/// The maximum number of lines compared one by one; in longer texts, everything from the first to the last difference is replaced.
const MOST_LINES: usize = 4000;

/// Returns the edits that turn one text into another, in whole lines and in order.
pub(super) fn between(old: &str, new: &str) -> Vec<Edit> {
    let lines = |text: &'_ str| text.split_inclusive('\n').count();
    if lines(old).max(lines(new)) > MOST_LINES {
        return whole(old, new);
    }
    let diff = LineDiff::new(old, new);
    let mut at = 0;
    let mut line = 0;
    let edits = diff.changes().map(|(removed, added)| {
        let length = |range: Range<usize>| diff.old(range).iter().map(|line| line.len()).sum::<usize>();
        let start = at + length(line..removed.start);
        at = start + length(removed.clone());
        line = removed.end;
        Edit::new(start..at, diff.new_lines(added).concat())
    });
    edits.collect()
}

/// One edit of all lines from the first that differs to the last.
fn whole(old: &str, new: &str) -> Vec<Edit> {
    fn same<'a>(old: impl Iterator<Item = &'a str>, new: impl Iterator<Item = &'a str>) -> usize {
        old.zip(new).take_while(|(old, new)| old == new).map(|(line, _)| line.len()).sum()
    }
    let head = same(old.split_inclusive('\n'), new.split_inclusive('\n'));
    let rest = |text: &'_ str| text.len() - head;
    let tail = same(old.split_inclusive('\n').rev(), new.split_inclusive('\n').rev()).min(rest(old)).min(rest(new));
    let edit = new.get(head..new.len() - tail).filter(|_| old != new);
    edit.map(|text| Edit::new(head..old.len() - tail, text)).into_iter().collect()
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
            let text = crate::edit::apply(old.as_bytes(), &whole(&old, &new));
            prop_assert_eq!(text.as_deref(), Some(new.as_bytes()));
        }
    }
}
