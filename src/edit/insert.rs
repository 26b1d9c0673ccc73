//! Writes a new item into a body.

use crate::source::{Source, Span, Spanned};
use crate::syntax::ast::{Include, Item, ItemKind, PathForm, Trivia};
use crate::syntax::keep::KeptParts;
use crate::syntax::parse;
use crate::syntax::printer::item_text;

use super::change::Edit;
use super::error::EditError;
use super::lines::{TextLines, comment, pieces_before, whole};
use super::place::{BodyItems, InsertionSlot};

/// The surroundings of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFrame {
    /// It is the whole text.
    File,
    /// Between these offsets, which are those of its braces: after the one, and of the other.
    Braces(usize, usize),
}

/// The text of an item, as lines with this indentation.
pub(super) fn written(kind: &ItemKind, indentation: &[u8], line_end: &[u8]) -> Vec<u8> {
    indented(&item_text(kind), indentation, line_end)
}

/// A text whose further lines have this indentation.
pub(super) fn indented(text: &[u8], indentation: &[u8], line_end: &[u8]) -> Vec<u8> {
    let mut lines = text.split(|&byte| byte == b'\n');
    let mut out = lines.next().unwrap_or_default().to_vec();
    for line in lines {
        out.extend([line_end, indentation, line].concat());
    }
    out
}

/// Refuses an item whose text is not read as that item.
pub(super) fn check(kind: &ItemKind) -> Result<(), EditError> {
    let text = item_text(kind);
    let is_same = |item: &Item| item.kind.value == *kind && item.leading.is_empty() && item.trailing.is_none();
    match parse(&[&*text, b"\n"].concat()) {
        Ok(file) if matches!(&file.items[..], [item] if is_same(item)) && file.tail.is_empty() => Ok(()),
        _ => Err(EditError::NotOne { what: "rule", text: String::from_utf8_lossy(&text).into_owned() }),
    }
}

/// Whether an item ends with its line.
pub(super) fn ends_with_line(kind: &ItemKind) -> bool {
    let plain = |include: &Include| include.path.form == PathForm::Plain;
    matches!(kind, ItemKind::SetVariable(_) | ItemKind::BoolVariable(_))
        || matches!(kind, ItemKind::Include(include) if plain(include))
}

/// Puts an item into a slot of a body, and gives the edit that does so in the text.
fn insert(
    lines: TextLines<'_>,
    frame: BodyFrame,
    items: &mut Vec<Item>,
    tail: &mut Vec<Trivia>,
    slot: InsertionSlot,
    kind: ItemKind,
) -> Edit {
    let mut new = Item { leading: Vec::new(), kind: Spanned::bare(kind), trailing: None };
    let kind = &new.kind.value;
    let line_end = |at: usize| lines.line_end(at);
    // What separates the item from others on its line.
    let separator = |at: usize, other: &'static [u8]| if ends_with_line(kind) { line_end(at) } else { other };
    let (edit, index) = match slot {
        InsertionSlot::After { item: index, apart } => {
            let end = items.get(index).map_or(0, |item| whole(item).end);
            let indent = indentation(lines, frame, items, index);
            let (break_, text) = (line_end(end), written(kind, &indent, line_end(end)));
            let at = lines.end(end);
            let edit = if !lines.ends(end) {
                Edit::new(end..end, [b" ", &*text, separator(end, b"")].concat())
            } else {
                let blank = if apart { break_ } else { b"" };
                if apart {
                    new.leading.push(Trivia::Blank);
                }
                if lines.slice(0..at).ends_with(b"\n") {
                    Edit::new(at..at, [blank, &indent, &text, break_].concat())
                } else {
                    Edit::new(at..at, [break_, blank, &indent, &text].concat())
                }
            };
            (edit, index + 1)
        }
        InsertionSlot::Before { item: index, piece, apart } => {
            let indent = indentation(lines, frame, items, index);
            let mut edit = Edit::new(0..0, "");
            if let Some(next) = items.get_mut(index) {
                let piece = piece.min(pieces_before(next));
                let place = next.leading.iter().take(pieces_before(next)).skip(piece).find_map(comment);
                let place = place.unwrap_or(next.kind.span).start as usize;
                let text = written(kind, &indent, line_end(place));
                let rest = next.leading.split_off(piece);
                new.leading = std::mem::replace(&mut next.leading, rest);
                edit = if lines.begins(place) {
                    let blank = if apart { line_end(place) } else { b"" };
                    if apart {
                        next.leading.insert(0, Trivia::Blank);
                    }
                    let at = lines.start(place);
                    Edit::new(at..at, [&*indent, &text, line_end(place), blank].concat())
                } else {
                    Edit::new(place..place, [&*text, separator(place, b" ")].concat())
                };
            }
            (edit, index)
        }
        InsertionSlot::Empty => {
            new.leading = std::mem::take(tail);
            let above = new.leading.iter().rev().find_map(comment);
            let edit = into_empty(lines, frame, above, kind);
            if above.is_some() && frame == BodyFrame::File {
                new.leading.push(Trivia::Blank);
            }
            (edit, 0)
        }
    };
    items.insert(index.min(items.len()), new);
    edit
}

/// The edit that writes an item into a body that has none; `above` is the last comment.
fn into_empty(lines: TextLines<'_>, frame: BodyFrame, above: Option<Span>, kind: &ItemKind) -> Edit {
    if let Some(above) = above {
        let at = lines.end(above.end as usize);
        let (indent, line_end) = (lines.indentation(above.start as usize), lines.line_end(above.start as usize));
        let blank = if frame == BodyFrame::File { line_end } else { b"" };
        return Edit::new(at..at, [blank, indent, &written(kind, indent, line_end), line_end].concat());
    }
    match frame {
        BodyFrame::File => {
            let (at, line_end) = (lines.0.len(), lines.line_end(lines.0.len()));
            Edit::new(at..at, [&*written(kind, b"", line_end), line_end].concat())
        }
        BodyFrame::Braces(open, close) => {
            let (outer, line_end) = (lines.indentation(close), lines.line_end(open));
            let indent = [lines.indentation(open), lines.step()].concat();
            let text = written(kind, &indent, line_end);
            let at = lines.end(open);
            if at <= close {
                Edit::new(at..at, [&*indent, &text, line_end].concat())
            } else {
                Edit::new(open..close, [line_end, &indent, &text, line_end, outer].concat())
            }
        }
    }
}

/// The indentation of an item, or of another one of its body that stands first on its line.
fn indentation(lines: TextLines<'_>, frame: BodyFrame, items: &[Item], index: usize) -> Vec<u8> {
    let start = |item: &Item| item.kind.span.start as usize;
    let here = items.get(index).filter(|item| lines.begins(start(item)));
    match (here.or_else(|| items.iter().find(|item| lines.begins(start(item)))), frame) {
        (Some(item), _) => lines.indentation(start(item)).to_vec(),
        (None, BodyFrame::Braces(open, _)) => [lines.indentation(open), lines.step()].concat(),
        (None, BodyFrame::File) => Vec::new(),
    }
}

/// Adds an item to a body, and gives the edit that does so in the text.
pub(super) fn add(
    source: &Source,
    frame: BodyFrame,
    (items, tail): (&mut Vec<Item>, &mut Vec<Trivia>),
    kind: ItemKind,
) -> Edit {
    let keep = KeptParts::new(source, None);
    let stays = |span: Span| keep.touches(source, span);
    let slot = BodyItems { items, stays: &stays, is_file: frame == BodyFrame::File }.slot(&kind);
    insert(TextLines(source.text()), frame, items, tail, slot, kind)
}
