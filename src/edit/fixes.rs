//! Single edits of a text that is parsed already, by which the linter fixes it.

use crate::source::{Source, SourceId};
use crate::syntax::ast::{File, Item, ItemKind};

use super::change::Edit;
use super::insert::{BodyFrame, add};
use super::lines::TextLines;
use super::{remove, rewrite as rewriting};

/// The edits that remove the second of two items of a text, which say the same, from the list that they are in. A comment after
/// it goes to the first one.
///
/// `None` where a comment would be lost, or does something where it stands: an `armorer: allow` or `fmt: off`.
pub(crate) fn merge(source: &Source, id: SourceId, items: &[Item], first: usize, second: usize) -> Option<Vec<Edit>> {
    let edits = remove::merge(TextLines(source.text()), items, first, second)?;
    Some(edits.into_iter().map(|edit| edit.of(id)).collect())
}

/// The edit that makes another item of one: only words that differ change, and no comment goes. Of a profile, only the header may
/// differ.
///
/// `None` where the text of the other item would not be read as that item.
pub(crate) fn rewrite(source: &Source, id: SourceId, item: &Item, new: &ItemKind) -> Option<Edit> {
    rewriting::proved(TextLines(source.text()), item, new).map(|edit| edit.of(id))
}

/// The edit that adds an item to the top level of a text.
pub(crate) fn addition(source: &Source, id: SourceId, file: &File, kind: ItemKind) -> Edit {
    let (mut items, mut tail) = (file.items.clone(), file.tail.clone());
    add(source, BodyFrame::File, (&mut items, &mut tail), kind).of(id)
}
