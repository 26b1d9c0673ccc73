//! Message queues: the name, which is a number of 32 bits for System V ones, then NUL and a label.

use std::fmt;

use serde::Serialize;

use super::reader::Reader;
use super::{surplus, value};
use crate::source::Text;
use crate::vocab::classes;

/// A message queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mqueue {
    /// `posix` or `sysv`.
    pub kind: &'static str,
    /// The name, the number in decimal digits.
    pub name: Option<Text>,
    /// The label of the queue.
    pub label: Option<Text>,
    /// What does not fit the format.
    pub rest: Text,
}

impl Mqueue {
    pub(super) fn decode(class: u8, bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let (kind, name, closed) = if class == classes::SYSV_MQUEUE {
            let key = reader.array().map(u32::from_be_bytes);
            let name = key.map(|key| Text::from(key.to_string().as_str()));
            let closed = name.is_some() && reader.take(0);
            ("sysv", name, closed)
        } else {
            let closed = bytes.contains(&0);
            ("posix", reader.field().map(Text::from), closed)
        };
        let mut label = None;
        if closed {
            label = Some(Text::from(reader.rest()));
            reader = Reader::new(&[]);
        }
        Mqueue { kind, name, label, rest: Text::from(reader.rest()) }
    }
}

impl fmt::Display for Mqueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mqueue type={}", self.kind)?;
        value(f, "", self.name.as_ref())?;
        value(f, "label", self.label.as_ref())?;
        surplus(f, &self.rest)
    }
}
