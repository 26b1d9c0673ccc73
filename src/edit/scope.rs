//! The part of a text that an operation is about.

use std::fmt;

use crate::source::{Source, Span};
use crate::syntax::ast::{File, ItemKind};
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
