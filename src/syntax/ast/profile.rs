//! Profiles, hats and child profiles.

use serde::{Deserialize, Serialize};

use super::{Block, Group, Named, OtherCondition, ProfileFlag};
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::word::Word;

/// A profile, hat or child profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Profile {
    /// The keyword that introduces it.
    pub keyword: ProfileKeyword,
    /// Its name.
    pub name: Spanned<Pattern>,
    /// The executables that it attaches to.
    pub attachment: Option<Spanned<Pattern>>,
    /// `xattrs=(…)`; the grammar takes any group, only this name is right.
    pub xattrs: Option<Spanned<Group<OtherCondition>>>,
    /// `+identities=(…)`, each written one a list.
    pub identities: Vec<Spanned<Vec<Word>>>,
    /// `flags=(…)`; the word `flags=` may be left out.
    pub flags: Option<Spanned<Vec<Spanned<Named<ProfileFlag>>>>>,
    /// The rules and items of the profile.
    pub body: Block,
}

/// The words that introduce a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProfileKeyword {
    /// `/usr/bin/x {`
    None,
    /// `profile x {`
    Profile,
    /// `hat x {`
    Hat,
    /// `^x {`
    Caret,
}
