//! The place of a new item among those of a body, by the conventions that sorting follows.

use crate::source::{Span, Spanned};
use crate::syntax::ast::{Include, Item, ItemKind};
use crate::syntax::sort::{self, SortKey};
use crate::syntax::word::unquoted;

use super::lines::pieces_before;

/// A place for a new item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InsertionSlot {
    /// After an item; `apart`: with a blank line between.
    After { item: usize, apart: bool },
    /// Before an item, between two pieces of what stands above it; `apart`: with a blank line after the new one.
    Before { item: usize, piece: usize, apart: bool },
    /// There are no items.
    Empty,
}

/// The items of a body, and which of them are in regions that formatting leaves alone.
pub(super) struct BodyItems<'a> {
    pub(super) items: &'a [Item],
    pub(super) stays: &'a dyn Fn(Span) -> bool,
    /// Whether it is that of the file.
    pub(super) is_file: bool,
}

impl BodyItems<'_> {
    pub(super) fn slot(&self, kind: &ItemKind) -> InsertionSlot {
        match kind {
            ItemKind::Rule(_) | ItemKind::Rlimit(_) => self.rule(&SortKey::new(kind)),
            ItemKind::Include(include) if is_local(include) => self.last(),
            ItemKind::Include(include) => self.include(include),
            ItemKind::Abi(_) => self.first(),
            ItemKind::Alias(_) | ItemKind::SetVariable(_) | ItemKind::BoolVariable(_) => {
                let same = |it: &ItemKind| std::mem::discriminant(it) == std::mem::discriminant(kind);
                match self.last_of(same) {
                    Some(item) => InsertionSlot::After { item, apart: false },
                    None => self.after_head(),
                }
            }
            ItemKind::Profile(_) => match self.items.last().map(|last| &last.kind.value) {
                Some(ItemKind::Include(include)) if is_local(include) => self.before(self.items.len() - 1, true),
                _ => self.last(),
            },
            ItemKind::Conditional(_) | ItemKind::Block(_) => {
                let is_body =
                    |it: &ItemKind| sort::is_rule(it) || matches!(it, ItemKind::Conditional(_) | ItemKind::Block(_));
                match self.last_of(is_body) {
                    Some(item) => InsertionSlot::After { item, apart: true },
                    None => self.after_head(),
                }
            }
        }
    }

    /// Whether a new item may stand beside an item: it is in no region, unless all are.
    fn is_free(&self, item: &Item) -> bool {
        !(self.stays)(item.kind.span) || self.items.iter().all(|item| (self.stays)(item.kind.span))
    }

    fn free(&self) -> impl DoubleEndedIterator<Item = (usize, &Item)> {
        self.items.iter().enumerate().filter(|(_, item)| self.is_free(item))
    }

    fn last_of(&self, wanted: impl Fn(&ItemKind) -> bool) -> Option<usize> {
        self.free().rev().find(|(_, item)| wanted(&item.kind.value)).map(|(index, _)| index)
    }

    /// Before an item and the comments that are about it or its group.
    fn before(&self, item: usize, apart: bool) -> InsertionSlot {
        let Some(it) = self.items.get(item) else { return InsertionSlot::Empty };
        let above = sort::pieces_above_group(it);
        // Comments at the top of a file are about the file.
        let piece = if self.is_file && item == 0 && above == 0 { usize::MAX } else { above };
        InsertionSlot::Before { item, piece: piece.min(pieces_before(it)), apart }
    }

    fn first(&self) -> InsertionSlot {
        self.before(self.free().next().map_or(0, |(index, _)| index), true)
    }

    fn last(&self) -> InsertionSlot {
        match self.items.last() {
            Some(last) => {
                let apart = !matches!(last.kind.value, ItemKind::Include(_));
                InsertionSlot::After { item: self.items.len() - 1, apart }
            }
            None => InsertionSlot::Empty,
        }
    }

    /// After what a body begins with: `abi`, includes and variables.
    fn after_head(&self) -> InsertionSlot {
        let is_head = |it: &ItemKind| match it {
            ItemKind::Include(include) => !is_local(include),
            ItemKind::Abi(_) | ItemKind::Alias(_) | ItemKind::SetVariable(_) | ItemKind::BoolVariable(_) => true,
            _ => false,
        };
        let head = self.items.iter().take_while(|item| is_head(&item.kind.value)).count();
        match self.free().take_while(|(index, _)| *index < head).last() {
            Some((item, _)) => InsertionSlot::After { item, apart: true },
            None => self.first(),
        }
    }

    fn rule(&self, mine: &SortKey) -> InsertionSlot {
        let rules: Vec<(usize, SortKey)> = self
            .free()
            .filter(|(_, item)| sort::is_rule(&item.kind.value))
            .map(|(index, item)| (index, SortKey::new(&item.kind.value)))
            .collect();
        let of_kind = |key: &SortKey| key.rank == mine.rank;
        let alike = |key: &SortKey| of_kind(key) && (key.denied, key.place) == (mine.denied, mine.place);
        let beside = |wanted: &dyn Fn(&SortKey) -> bool| {
            let mut same = rules.iter().filter(|(_, key)| wanted(key));
            match same.clone().rev().find(|(_, key)| key <= mine) {
                Some(&(item, _)) => Some(InsertionSlot::After { item, apart: false }),
                None => same.next().map(|&(item, _)| self.before_in_group(item)),
            }
        };
        if let Some(slot) = beside(&alike).or_else(|| beside(&of_kind)) {
            return slot;
        }
        let spaced = self.items.iter().any(sort::has_blank);
        let mixed = |group: &std::ops::Range<usize>| {
            let mut keys = rules.iter().filter(|(index, _)| group.contains(index)).map(|(_, key)| key.rank);
            let first = keys.next();
            keys.any(|rank| Some(rank) != first)
        };
        if let Some(&(item, _)) = rules.iter().rev().find(|(_, key)| key.rank < mine.rank) {
            let group = self.group(item);
            if !spaced || mixed(&group) {
                InsertionSlot::After { item, apart: false }
            } else {
                InsertionSlot::After { item: group.end - 1, apart: true }
            }
        } else if let Some(&(item, _)) = rules.first() {
            if !spaced || mixed(&self.group(item)) { self.before_in_group(item) } else { self.before(item, true) }
        } else {
            self.after_head()
        }
    }

    /// The rules without blank line between them that an item is one of.
    fn group(&self, item: usize) -> std::ops::Range<usize> {
        let joined = |first: usize| match self.items.get(first..first + 2) {
            Some([before, after]) => sort::are_grouped(before, after, self.stays),
            _ => false,
        };
        let start = (0..item).rev().take_while(|&first| joined(first)).last().unwrap_or(item);
        let end = (item..).take_while(|&first| joined(first)).last().map_or(item, |first| first + 1);
        start..end + 1
    }

    /// Before a rule, in its group: after the heading of the group.
    fn before_in_group(&self, item: usize) -> InsertionSlot {
        let group = self.group(item);
        let piece = match self.items.get(group.clone()) {
            Some([first, others @ ..]) if group.start == item => {
                sort::pieces_above_first(first, others).min(pieces_before(first))
            }
            _ => 0,
        };
        match self.before(item, false) {
            InsertionSlot::Before { piece: top, .. } => {
                InsertionSlot::Before { item, piece: piece.max(top), apart: false }
            }
            slot => slot,
        }
    }

    /// Beside the other includes, in the order of their paths; `abstractions/base` comes first.
    fn include(&self, mine: &Include) -> InsertionSlot {
        let key = |include: &Include| {
            let path = unquoted(&include.path.path).to_vec();
            (path != b"abstractions/base", path)
        };
        let mut includes = self.free().filter_map(|(index, item)| match &item.kind.value {
            ItemKind::Include(include) if !is_local(include) => Some((index, key(include))),
            _ => None,
        });
        let mine = key(mine);
        let all: Vec<_> = includes.by_ref().collect();
        if let Some(&(item, _)) = all.iter().rev().find(|(_, key)| *key <= mine) {
            return InsertionSlot::After { item, apart: false };
        }
        match (all.first(), self.last_of(|it| matches!(it, ItemKind::Abi(_)))) {
            (Some(&(item, _)), _) => self.before(item, false),
            (None, Some(item)) => InsertionSlot::After { item, apart: true },
            (None, None) => self.first(),
        }
    }
}

/// Whether an include is the one for what the administrator adds, which conventionally ends a profile.
fn is_local(include: &Include) -> bool {
    let Spanned { value: path, .. } = &include.path.path;
    include.if_exists && unquoted(path).starts_with(b"local/")
}
