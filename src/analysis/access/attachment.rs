//! Attachment: whether a profile applies to an executable that is started from outside of any profile. A string is a path,
//! followed by the values of extended attributes, each after an out-of-band symbol.

use std::fmt;

use serde::Serialize;

use super::AccessError;
use super::asked::value;
use super::plan::{LookupPlace, LookupPlan};
use super::words::{RemainingWords, write_word};
use crate::analysis::names::Quoted;
use crate::analysis::perms::EXEC;
use crate::automata::Symbol;
use crate::source::Text;

/// The start of an executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AttachAccess {
    /// Its path.
    pub path: Text,
}

impl AttachAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<AttachAccess, AccessError> {
        Ok(AttachAccess { path: words.expect("the path of the executable")? })
    }

    pub(super) fn plan(&self) -> LookupPlan {
        // Which profile a program runs under is no question of what that profile confines.
        let mut plan = LookupPlan { binds_unconfined: true, ..LookupPlan::default() };
        plan.check("attach", EXEC, LookupPlace::Attachment(self.path.to_vec()));
        plan.notes.push("another profile with a longer match may come first".into());
        plan
    }
}

impl fmt::Display for AttachAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attach ")?;
        write_word(f, &self.path)
    }
}

/// An executable, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskedAttachment {
    /// Its path.
    pub path: Text,
    /// The extended attributes that were looked at.
    pub xattrs: Vec<AskedAttribute>,
}

/// An extended attribute of an executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskedAttribute {
    /// Its name, where the profile has it.
    pub name: Option<Text>,
    /// Its value; `None` if the file has no such attribute.
    pub value: Option<Text>,
}

impl AskedAttachment {
    pub(super) fn decode(string: &[Symbol], xattrs: &[Vec<u8>]) -> Self {
        let mut parts = string.split(|&symbol| symbol == Symbol::OutOfBand).map(|part| {
            let bytes = part.iter().filter_map(|&symbol| match symbol {
                Symbol::Byte(byte) => Some(byte),
                Symbol::OutOfBand => None,
            });
            bytes.collect::<Vec<u8>>()
        });
        let path = Text::from(parts.next().unwrap_or_default());
        let names = xattrs.iter().map(Some).chain(std::iter::repeat(None));
        let xattrs = parts.zip(names).map(|(part, name)| AskedAttribute {
            name: name.map(|name| Text::from(name.as_slice())),
            value: match part.split_first() {
                Some((0, value)) => Some(Text::from(value)),
                Some(_) => Some(Text::from(part.as_slice())),
                None => None,
            },
        });
        AskedAttachment { path, xattrs: xattrs.collect() }
    }
}

impl fmt::Display for AskedAttachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attachment {}", Quoted(&self.path))?;
        for (number, AskedAttribute { name, value: found }) in self.xattrs.iter().enumerate() {
            f.write_str(if number == 0 { " with" } else { "," })?;
            match name {
                Some(name) => write!(f, " {name}")?,
                None => write!(f, " attribute {}", number + 1)?,
            }
            match found {
                Some(found) => value(f, "=", Some(found))?,
                None => f.write_str(" missing")?,
            }
        }
        Ok(())
    }
}
