//! Signals: a byte for the signal, then the label of the other process.

use std::fmt;

use serde::Serialize;

use super::reader::Reader;
use super::value;
use crate::analysis::names;
use crate::source::Text;

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// Its name.
    pub signal: Option<String>,
    /// The label of the process it goes to or comes from.
    pub peer: Option<Text>,
}

impl Signal {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let signal = reader.byte().map(|number| names::signal(number.into()));
        Signal { signal, ..Self::of_label(reader.rest()) }
    }

    /// Any signal: strings of the label class do not name it.
    pub(super) fn of_label(label: &[u8]) -> Self {
        Signal { signal: None, peer: (!label.is_empty()).then(|| Text::from(label)) }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signal")?;
        if let Some(signal) = &self.signal {
            write!(f, " {signal}")?;
        }
        value(f, "peer", self.peer.as_ref())
    }
}
