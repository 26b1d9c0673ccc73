//! Takes an item out of a body.

use std::ops::Range;

use memchr::memmem;

use crate::source::Span;
use crate::syntax::ast::{Comment, Item, Trivia};
use crate::syntax::sort;

use super::change::Edit;
use super::lines::{TextLines, comment, is_blank, pieces_before, whole};

/// The treatment of comments above a rule that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommentsAbove {
    /// They stay.
    Keep,
    /// Comments about the rule are removed with it.
    Remove,
}

/// A removal: the bytes, and the pieces above the item that stay.
pub(super) struct Removal {
    pub(super) range: Range<usize>,
    kept: usize,
}

/// The bytes to remove with an item: its lines where it stands alone on them, with a blank line that would be left over.
pub(super) fn removal(lines: TextLines<'_>, items: &[Item], index: usize, above: CommentsAbove) -> Option<Removal> {
    let item = items.get(index)?;
    let (start, end) = (item.kind.span.start as usize, whole(item).end);
    let before = pieces_before(item);
    let mut kept = before;
    if !lines.begins(start) || !lines.ends(end) {
        let blanks = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| is_blank(byte)).count();
        let range = if lines.ends(end) {
            start - blanks(&mut lines.slice(0..start).iter().rev())..end
        } else {
            start..end + blanks(&mut lines.slice(end..lines.0.len()).iter())
        };
        return Some(Removal { range, kept });
    }
    let mut first = start;
    if above == CommentsAbove::Remove {
        kept = own_pieces(items, index).min(before);
        first = item.leading.iter().take(before).skip(kept).find_map(comment).map_or(start, |span| span.start as usize);
    }
    let (mut from, mut to) = (lines.start(first), lines.end(end));
    let pieces = item.leading.get(..kept).unwrap_or_default();
    let follows = lines.slice(lines.blank_below(to)..lines.0.len()).trim_ascii_start();
    let blank_below = to < lines.blank_below(to);
    if pieces.last() == Some(&Trivia::Blank) && (blank_below || follows.is_empty() || follows.starts_with(b"}")) {
        from = lines.blank_above(from);
    } else if pieces.is_empty() && index == 0 {
        to = lines.blank_below(to);
    }
    Some(Removal { range: from..to, kept })
}

/// Returns the number of pieces above an item that are not about it alone.
fn own_pieces(items: &[Item], index: usize) -> usize {
    let Some(item) = items.get(index) else { return 0 };
    let nothing_stays = |_: Span| false;
    let before = index.checked_sub(1).and_then(|before| items.get(before));
    if before.is_some_and(|before| sort::are_grouped(before, item, &nothing_stays)) {
        return 0;
    }
    let rest = items.get(index..).unwrap_or_default();
    let joined = rest
        .windows(2)
        .take_while(|pair| matches!(pair, [before, after] if sort::are_grouped(before, after, &nothing_stays)));
    let others = rest.get(1..=joined.count()).unwrap_or_default();
    if others.is_empty() { sort::pieces_above_group(item) } else { sort::pieces_above_first(item, others) }
}

impl Removal {
    /// Takes the item out of its body.
    pub(super) fn apply(self, items: &mut Vec<Item>, tail: &mut Vec<Trivia>, index: usize) -> Edit {
        if index < items.len() {
            let mut pieces = items.remove(index).leading;
            pieces.truncate(self.kept);
            let is_last = index == items.len();
            let next = items.get_mut(index).map_or(tail, |next| &mut next.leading);
            next.splice(0..0, pieces);
            next.dedup_by(|after, before| (&*after, &*before) == (&Trivia::Blank, &Trivia::Blank));
            if index == 0 && next.first() == Some(&Trivia::Blank) {
                next.remove(0);
            }
            if is_last {
                next.pop_if(|last| *last == Trivia::Blank);
            }
        }
        Edit::new(self.range, "")
    }
}

/// Removes the second of two items that say the same, and gives its comment to the first; see [`super::merge`].
pub(super) fn merge(lines: TextLines<'_>, items: &[Item], first: usize, second: usize) -> Option<Vec<Edit>> {
    let (kept, item) = (items.get(first)?, items.get(second)?);
    if pieces_before(item) < item.leading.len() {
        return None;
    }
    let removal = Edit::new(removal(lines, items, second, CommentsAbove::Keep)?.range, "");
    let comment = item
        .trailing
        .as_ref()
        .filter(|own| !words(own).is_empty() && kept.trailing.as_ref().is_none_or(|other| words(other) != words(own)));
    let Some(comment) = comment else { return Some(vec![removal]) };
    if is_directive(comment) || kept.trailing.as_ref().is_some_and(is_directive) {
        return None;
    }
    let (end, own) = (whole(kept).end, item.kind.span.start as usize..item.kind.span.end as usize);
    let addition = match &kept.trailing {
        None => [lines.slice(own.end..comment.span.start as usize), &***comment].concat(),
        Some(_) => [b"; ", words(comment)].concat(),
    };
    if second == first + 1 && end <= own.start && lines.slice(end..own.start).iter().all(is_blank) {
        // They share a line: what stands between the first one and the comment goes.
        Some(vec![Edit::new(end..own.end, "")])
    } else {
        let is_free = lines.ends(end) && end <= own.start;
        is_free.then(|| vec![Edit::new(end..end, addition), removal])
    }
}

/// A comment without its sign and the blanks around it.
fn words(comment: &Comment) -> &[u8] {
    let start = comment.iter().position(|&byte| byte != b'#' && !is_blank(&byte)).unwrap_or(comment.len());
    comment.get(start..).unwrap_or_default().trim_ascii_end()
}

/// Whether a comment is an instruction for a program.
fn is_directive(comment: &Comment) -> bool {
    [&b"armorer:"[..], b"apparmor-lint:", b"aa:lint", b"fmt:"].iter().any(|word| memmem::find(comment, word).is_some())
}
