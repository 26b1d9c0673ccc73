//! The lists of items that belong to one profile or file: its body, and the blocks and branches inside of it.

use std::borrow::Cow;

use crate::source::Spanned;
use crate::syntax::ast::{File, Item, ItemKind, Prefix, QualifierBlock, Rule, Trivia};

use super::scope::ListOwner;

/// A step into a tree: to an item of a list, and to one of the blocks that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TreeStep {
    item: usize,
    block: usize,
}

/// The way to a list in a tree, and in every copy of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListPath(Vec<TreeStep>);

/// A list of items of a tree.
#[derive(Clone, Debug)]
pub(super) struct ItemList<'t> {
    pub(super) items: &'t [Item],
    pub(super) nesting: Nesting,
    pub(super) path: ListPath,
}

/// The blocks and branches around a list, inside of the profile or file that it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Nesting {
    /// The combined prefix of the qualifier blocks; `None` where they contradict each other.
    prefix: Option<Prefix>,
    /// Whether a branch of a conditional is around it.
    pub(super) is_conditional: bool,
}

impl Nesting {
    const DIRECT: Nesting = Nesting {
        prefix: Some(Prefix { priority: None, audit: false, mode: None, owner: None }),
        is_conditional: false,
    };

    fn block(&self, prefix: &Prefix) -> Nesting {
        let prefix = self.prefix.as_ref().and_then(|outer| combined(outer, prefix));
        Nesting { prefix, ..self.clone() }
    }

    fn branch(&self) -> Nesting {
        Nesting { is_conditional: true, ..self.clone() }
    }

    /// The item directly in the body that says the same as one of the list; `None` where there is none.
    pub(super) fn stated<'i>(&self, kind: &'i ItemKind) -> Option<Cow<'i, ItemKind>> {
        let outer = self.prefix.as_ref()?;
        if outer.is_empty() {
            return Some(Cow::Borrowed(kind));
        }
        let with = |prefix: &Prefix| combined(outer, prefix).map(Spanned::bare);
        Some(match kind {
            ItemKind::Rule(rule) => {
                Cow::Owned(ItemKind::Rule(Rule { prefix: with(&rule.prefix)?, kind: rule.kind.clone() }))
            }
            ItemKind::Block(inner) => {
                let block = QualifierBlock { prefix: with(&inner.prefix)?, block: inner.block.clone() };
                Cow::Owned(ItemKind::Block(block))
            }
            // The prefix of the block is also that of the rules in these.
            ItemKind::Include(_) | ItemKind::Conditional(_) => return None,
            _ => Cow::Borrowed(kind),
        })
    }

    /// Whether an item of the list says what another one would say directly in the body.
    pub(super) fn states(&self, item: &Item, wanted: &ItemKind) -> bool {
        std::mem::discriminant(&item.kind.value) == std::mem::discriminant(wanted)
            && self.stated(&item.kind.value).is_some_and(|stated| *stated == *wanted)
    }

    /// The item to write into the list so that it says what `kind` would say directly in the body; `None` where the prefix of a
    /// block does not let it.
    pub(super) fn inside(&self, kind: &ItemKind) -> Option<ItemKind> {
        let outer = self.prefix.as_ref()?;
        let mut inner = kind.clone();
        match &mut inner {
            ItemKind::Rule(Rule { prefix, .. }) | ItemKind::Block(QualifierBlock { prefix, .. }) => {
                let prefix = &mut prefix.value;
                prefix.audit &= !outer.audit;
                prefix.mode = prefix.mode.filter(|_| outer.mode.is_none());
                prefix.owner = prefix.owner.filter(|_| outer.owner.is_none());
                prefix.priority = prefix.priority.take().filter(|own| outer.priority.as_ref() != Some(own));
            }
            _ => {}
        }
        let states_it = self.stated(&inner).is_some_and(|stated| *stated == *kind);
        states_it.then_some(inner)
    }
}

/// The prefix of a rule with `inner` in a block with `outer`; `None` where they contradict each other.
fn combined(outer: &Prefix, inner: &Prefix) -> Option<Prefix> {
    fn either<T: Copy + PartialEq>(outer: Option<T>, inner: Option<T>) -> Option<Option<T>> {
        (outer.is_none() || inner.is_none() || outer == inner).then(|| inner.or(outer))
    }
    Some(Prefix {
        priority: inner.priority.clone().or_else(|| outer.priority.clone()),
        audit: outer.audit || inner.audit,
        mode: either(outer.mode, inner.mode)?,
        owner: either(outer.owner, inner.owner)?,
    })
}

/// The lists that belong to the file or to a profile: first its body, then those of blocks and branches, in the order of the text.
/// The bodies of profiles inside of it are not among them.
pub(super) fn places(file: &File, owner: ListOwner) -> Vec<ItemList<'_>> {
    let mut found = Vec::new();
    let inside = (owner == ListOwner::File).then_some(Nesting::DIRECT);
    collect(&file.items, owner, inside.as_ref(), &mut Vec::new(), &mut found);
    found
}

fn collect<'t>(
    items: &'t [Item],
    owner: ListOwner,
    inside: Option<&Nesting>,
    path: &mut Vec<TreeStep>,
    found: &mut Vec<ItemList<'t>>,
) {
    if let Some(nesting) = inside {
        found.push(ItemList { items, nesting: nesting.clone(), path: ListPath(path.clone()) });
    }
    for (index, item) in items.iter().enumerate() {
        let inner = match &item.kind.value {
            ItemKind::Profile(_) => (owner == ListOwner::Profile(item.kind.span)).then_some(Nesting::DIRECT),
            ItemKind::Block(block) => inside.map(|nesting| nesting.block(&block.prefix)),
            ItemKind::Conditional(_) => inside.map(Nesting::branch),
            _ => continue,
        };
        for (number, block) in item.kind.value.blocks().into_iter().enumerate() {
            path.push(TreeStep { item: index, block: number });
            collect(&block.items, owner, inner.as_ref(), path, found);
            path.pop();
        }
    }
}

impl ListPath {
    /// The list, and what follows its last item.
    pub(super) fn list(self, file: &mut File) -> Option<(&mut Vec<Item>, &mut Vec<Trivia>)> {
        if self.0.is_empty() {
            return Some((&mut file.items, &mut file.tail));
        }
        let block = self.0.last()?.block;
        let item = self.item(file)?;
        let block = item.kind.value.blocks_mut().into_iter().nth(block)?;
        Some((&mut block.items, &mut block.tail))
    }

    /// The item that the list is in.
    pub(super) fn item(self, file: &mut File) -> Option<&mut Item> {
        let (last, before) = self.0.split_last()?;
        let mut items = &mut file.items;
        for step in before {
            let kind = &mut items.get_mut(step.item)?.kind.value;
            items = &mut kind.blocks_mut().into_iter().nth(step.block)?.items;
        }
        items.get_mut(last.item)
    }
}
