//! Which part of a text an operation is about.

use std::fmt;

use crate::source::{Source, Span};
use crate::syntax::ast::{Conditional, Else, File, Item, ItemKind, Trivia};
use crate::syntax::word::stored;

use super::error::EditError;

/// The part of a text that is edited. A name converts into the profile of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope<'a> {
    /// The top level of the file: its preamble, or the rules of a piece that others include.
    File,
    /// The profile of that name. Names of children and hats stand behind the one of their profile: `web//worker`.
    Profile(&'a str),
}

impl<'a> From<&'a str> for Scope<'a> {
    fn from(name: &'a str) -> Self {
        Scope::Profile(name)
    }
}

impl<'a> From<&'a String> for Scope<'a> {
    fn from(name: &'a String) -> Self {
        Scope::Profile(name)
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::File => f.write_str("the file"),
            Scope::Profile(name) => write!(f, "profile `{name}`"),
        }
    }
}

/// Whose items a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Those of the file.
    File,
    /// Those of the profile at this place.
    Profile(Span),
    /// Those of a block or a branch of a conditional.
    Block,
}

/// The part of a file that a scope names.
pub(super) fn owner(source: &Source, file: &File, scope: Scope<'_>) -> Result<Owner, EditError> {
    let Scope::Profile(name) = scope else { return Ok(Owner::File) };
    // The profiles around the item at hand: where they end, and their names as they are meant and as they are written.
    let mut around: Vec<(u32, Vec<u8>, Vec<u8>)> = Vec::new();
    let (mut found, mut known) = (Vec::new(), Vec::new());
    file.walk(&mut |item| {
        let ItemKind::Profile(profile) = &item.kind.value else { return };
        while around.pop_if(|(end, ..)| *end <= item.kind.span.start).is_some() {}
        let below = |parent: Option<&[u8]>, name: &[u8]| match parent {
            Some(parent) => [parent, b"//", name].concat(),
            None => name.to_vec(),
        };
        let parent = around.last();
        let meant = below(parent.map(|(_, meant, _)| &**meant), &stored(profile.name.as_bytes()));
        let written = below(parent.map(|(.., written)| &**written), profile.name.as_bytes());
        if [&*meant, &*written].contains(&name.as_bytes()) {
            found.push(item.kind.span);
        }
        known.push(String::from_utf8_lossy(&meant).into_owned());
        around.push((item.kind.span.end, meant, written));
    });
    match &found[..] {
        [span] => Ok(Owner::Profile(*span)),
        [] => Err(EditError::UnknownProfile { name: name.into(), known }),
        _ => {
            let lines = found.iter().map(|span| source.line_column(span.start).0).collect();
            Err(EditError::AmbiguousProfile { name: name.into(), lines })
        }
    }
}

/// The items of the file or of a profile, without those inside them; blocks have no owner of their own to ask for.
pub(super) fn items(file: &File, owner: Owner) -> &[Item] {
    let Owner::Profile(span) = owner else {
        return if owner == Owner::File { &file.items } else { &[] };
    };
    let mut found: &[Item] = &[];
    file.walk(&mut |item| match &item.kind.value {
        ItemKind::Profile(profile) if item.kind.span == span => found = &profile.body.items,
        _ => {}
    });
    found
}

/// A function that looks at a list of items and what follows them, and says whether that was the one it looked for.
type Visit<'v> = &'v mut dyn FnMut(Owner, &mut Vec<Item>, &mut Vec<Trivia>) -> bool;

/// Visits the lists of items of a file, up to the one that is looked for.
pub(super) fn visit(file: &mut File, visit: Visit<'_>) -> bool {
    list(Owner::File, &mut file.items, &mut file.tail, visit)
}

fn list(owner: Owner, items: &mut Vec<Item>, tail: &mut Vec<Trivia>, visit: Visit<'_>) -> bool {
    visit(owner, items, tail)
        || items.iter_mut().any(|item| match &mut item.kind.value {
            ItemKind::Profile(profile) => {
                let body = &mut profile.body;
                list(Owner::Profile(item.kind.span), &mut body.items, &mut body.tail, visit)
            }
            ItemKind::Block(block) => list(Owner::Block, &mut block.block.items, &mut block.block.tail, visit),
            ItemKind::Conditional(conditional) => branches(conditional, visit),
            _ => false,
        })
}

fn branches(conditional: &mut Conditional, visit: Visit<'_>) -> bool {
    list(Owner::Block, &mut conditional.then.items, &mut conditional.then.tail, visit)
        || match &mut conditional.otherwise {
            Some(Else::Block(block)) => list(Owner::Block, &mut block.items, &mut block.tail, visit),
            Some(Else::If(inner)) => branches(&mut inner.value, visit),
            None => false,
        }
}
