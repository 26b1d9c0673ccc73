//! The part of a text that an operation is about.

use std::fmt;

use crate::source::{Source, Span};
use crate::syntax::ast::{File, ItemKind, Profile};
use crate::syntax::word::stored;

use super::error::EditError;

/// The part of a text that is edited. A name converts into the profile of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope<'a> {
    /// The top level of the file: its preamble, or the rules of a piece that others include.
    File,
    /// The profile of that name. Names of children and hats stand after the one of their profile: `web//worker`.
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
pub(super) enum ListOwner {
    /// The items of the file.
    File,
    /// The items of the profile at this place.
    Profile(Span),
}

/// The header of a profile of a text.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "editing by name needs no more than names and places"))]
pub(crate) struct ProfileHeader<'t> {
    /// The name that it is meant by, after those of its parents: `web//worker`.
    pub(crate) meant: Vec<u8>,
    /// The same as it is written.
    pub(crate) written: Vec<u8>,
    /// The profile around it, as an index of the list.
    pub(crate) parent: Option<usize>,
    /// The profile with its body.
    pub(crate) span: Span,
    pub(crate) profile: &'t Profile,
}

/// The headers of all profiles of a text, in order.
pub(crate) fn headers(file: &File) -> Vec<ProfileHeader<'_>> {
    let mut found: Vec<ProfileHeader<'_>> = Vec::new();
    // The profiles around the item at hand.
    let mut around: Vec<usize> = Vec::new();
    file.walk(&mut |item| {
        let ItemKind::Profile(profile) = &item.kind.value else { return };
        let span = item.kind.span;
        let is_over =
            |index: &mut usize| found.get(*index).is_none_or(|it: &ProfileHeader<'_>| it.span.end <= span.start);
        while around.pop_if(is_over).is_some() {}
        let parent = around.last().copied();
        let outer = parent.and_then(|parent| found.get(parent));
        let below = |parent: Option<&Vec<u8>>, name: &[u8]| match parent {
            Some(parent) => [parent, &b"//"[..], name].concat(),
            None => name.to_vec(),
        };
        let meant = below(outer.map(|it| &it.meant), &stored(profile.name.as_bytes()));
        let written = below(outer.map(|it| &it.written), profile.name.as_bytes());
        around.push(found.len());
        found.push(ProfileHeader { meant, written, parent, span, profile });
    });
    found
}

/// The part of a file that a scope names.
pub(super) fn owner(source: &Source, file: &File, scope: Scope<'_>) -> Result<ListOwner, EditError> {
    let Scope::Profile(name) = scope else { return Ok(ListOwner::File) };
    let headers = headers(file);
    let found: Vec<Span> = headers
        .iter()
        .filter(|header| [&*header.meant, &*header.written].contains(&name.as_bytes()))
        .map(|header| header.span)
        .collect();
    match &found[..] {
        [span] => Ok(ListOwner::Profile(*span)),
        [] => {
            let known = headers.iter().map(|header| String::from_utf8_lossy(&header.meant).into_owned()).collect();
            Err(EditError::UnknownProfile { name: name.into(), known })
        }
        _ => {
            let lines = found.iter().map(|span| source.line_column(span.start).0).collect();
            Err(EditError::AmbiguousProfile { name: name.into(), lines })
        }
    }
}
