//! Replaces an item: the edit changes only the words in which the old and the new one differ.

use std::ops::Range;

use crate::source::Span;
use crate::syntax::ast::{Block, Item, ItemKind, Profile};
use crate::syntax::parse;
use crate::syntax::printer::item_text;

use super::change::{Edit, apply};
use super::insert::{ends_with_line, indented};
use super::lines::{TextLines, comment, pieces_before, whole};

/// The edits that make another item of one, the best first: that of the words in which they differ, and that of all of it. Who
/// makes one looks whether it does what is asked for: blanks in quotes are part of words as well, which the first one leaves
/// alone.
pub(super) fn rewritings(lines: TextLines<'_>, item: &Item, new: &ItemKind) -> [Edit; 2] {
    let Range { start, end } = span(item);
    let (indent, line_end) = (lines.indentation(start), lines.line_end(start));
    let mut text = indented(&item_text(new), indent, line_end);
    let comments: Vec<Span> = comments_inside(item).collect();
    let mut some = difference(lines, start..end, &comments, &text);
    if ends_with_line(new) && !lines.ends(whole(item).end) {
        text.extend(line_end);
        some = Edit::new(start..end, &*text);
    }
    [some, Edit::new(start..end, text)]
}

/// The edit that makes another item of one, with every comment kept. Of a profile, the header may differ.
///
/// The edited text of the item is parsed again: `None` where it would not be exactly the other item.
pub(super) fn proved(lines: TextLines<'_>, item: &Item, new: &ItemKind) -> Option<Edit> {
    let Range { start, mut end } = span(item);
    let (mut short, mut foot) = (new.clone(), &b"\n"[..]);
    let mut comments: Vec<Span> = comments_inside(item).collect();
    let edits = if let (ItemKind::Profile(old), ItemKind::Profile(new)) = (&item.kind.value, &mut short) {
        // The body stays, and is not looked at.
        if old.body != new.body {
            return None;
        }
        end = super::header::body_start(lines, old);
        comments.retain(|comment| (comment.start as usize) < end);
        let header = header(new)?;
        foot = b"\n}\n";
        let indent = lines.indentation(start);
        let some = difference(lines, start..end, &comments, &indented(&header, indent, lines.line_end(start)));
        [some, Edit::new(start..end, header)]
    } else {
        rewritings(lines, item, new)
    };
    let comments_after = |text: &[u8]| -> Option<usize> {
        let file = parse(text).ok()?;
        let is_it = matches!(&file.items[..], [item] if item.kind.value == short);
        is_it.then(|| file.comments().len())
    };
    edits.into_iter().find(|edit| {
        let moved = Edit::new(edit.range().start - start..edit.range().end.saturating_sub(start), &*edit.replacement);
        apply(lines.slice(start..end), [&moved])
            .and_then(|text| comments_after(&[&*text, foot].concat()))
            .is_some_and(|count| count == comments.len())
    })
}

/// Takes the body out of a profile, and gives the text up to its opening brace.
fn header(profile: &mut Profile) -> Option<Vec<u8>> {
    profile.body = Block::default();
    let text = item_text(&ItemKind::Profile(Box::new(profile.clone())));
    text.strip_suffix(b"\n}").map(<[u8]>::to_vec)
}

fn span(item: &Item) -> Range<usize> {
    item.kind.span.start as usize..item.kind.span.end as usize
}

/// The comments inside of an item, but for those of items that it holds.
fn comments_inside(item: &Item) -> impl Iterator<Item = Span> {
    item.leading.iter().skip(pieces_before(item)).filter_map(comment)
}

/// The edit of those words of a range that are others in a new text. Blanks between words that stay are those of the range.
fn difference(lines: TextLines<'_>, range: Range<usize>, comments: &[Span], new: &[u8]) -> Edit {
    let comments: Vec<Range<usize>> = comments.iter().map(|it| it.start as usize..it.end as usize).collect();
    let (old, new) = (TextWords::of(lines.0, range, &comments), TextWords::of(new, 0..new.len(), &[]));
    let same = |pair: &(&[u8], &[u8])| pair.0 == pair.1;
    let most = old.words.len().min(new.words.len());
    let head = old.each().zip(new.each()).take_while(same).count();
    let tail = old.each().rev().zip(new.each().rev()).take(most - head).take_while(same).count();
    let (gone, come) = (old.middle(head, tail), new.middle(head, tail));
    let (outer, wide) = (old.around(head, tail), new.around(head, tail));
    let edit = |range: Range<usize>, text: Range<usize>| Edit::new(range, new.text.get(text).unwrap_or_default());
    match (gone, come) {
        (Some(gone), Some(come)) => edit(gone, come),
        (None, Some(_)) if outer.is_empty() => edit(outer, wide),
        // Blanks that are there already stand on the side on which the new text has some.
        (None, Some(come)) if wide.end == come.end => edit(outer.end..outer.end, come),
        (None, Some(come)) => edit(outer.start..outer.start, wide.start..come.end),
        // Where something stays apart that is so already, the blanks before stay.
        (Some(_), None) if wide.is_empty() => edit(outer, 0..0),
        (Some(gone), None) if gone.start > outer.start => edit(gone.start..outer.end, 0..0),
        (Some(gone), None) => edit(outer.start..gone.end, 0..0),
        (None, None) => edit(outer.start..outer.start, 0..0),
    }
}

/// The words of a part of a text: runs of letters and digits, and every other byte for itself, but for blanks and comments.
struct TextWords<'t> {
    text: &'t [u8],
    range: Range<usize>,
    words: Vec<Range<usize>>,
}

impl<'t> TextWords<'t> {
    fn of(text: &'t [u8], range: Range<usize>, comments: &[Range<usize>]) -> TextWords<'t> {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let (mut words, mut at) = (Vec::new(), range.start);
        while let Some(byte) = text.get(at).filter(|_| at < range.end) {
            if let Some(comment) = comments.iter().find(|comment| comment.start == at) {
                at = comment.end.max(at + 1);
                continue;
            }
            let rest = text.get(at..range.end).unwrap_or_default();
            let len = rest.iter().take_while(|byte| is_letter(byte)).count().max(1);
            if !byte.is_ascii_whitespace() {
                words.push(at..at + len);
            }
            at += len;
        }
        TextWords { text, range, words }
    }

    fn each(&self) -> impl DoubleEndedIterator<Item = &'t [u8]> + ExactSizeIterator + '_ {
        self.words.iter().map(|word| self.text.get(word.clone()).unwrap_or_default())
    }

    /// The words but for some at the beginning and at the end.
    fn middle(&self, head: usize, tail: usize) -> Option<Range<usize>> {
        let words = self.words.get(head..self.words.len().checked_sub(tail)?)?;
        Some(words.first()?.start..words.last()?.end)
    }

    /// Does the same as [`TextWords::middle`], with the blanks around them.
    fn around(&self, head: usize, tail: usize) -> Range<usize> {
        let before = head.checked_sub(1).and_then(|last| self.words.get(last));
        let after = self.words.len().checked_sub(tail).and_then(|next| self.words.get(next));
        before.map_or(self.range.start, |word| word.end)..after.map_or(self.range.end, |word| word.start)
    }
}
