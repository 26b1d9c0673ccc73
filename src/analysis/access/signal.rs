//! Signals: a byte for the signal, then the label of the other process.

use std::fmt;

use serde::{Serialize, Serializer};

use super::AccessError;
use super::asked::value;
use super::plan::{LookupPlace, LookupPlan, MatchStrings};
use super::reader::StringReader;
use super::words::{RemainingWords, each, names as permission_names, write_permissions, write_word};
use crate::analysis::names;
use crate::blob::BlobProfile;
use crate::source::Text;
use crate::vocab::{self, SignalPermissions, Vocabulary, classes};

/// A signal to or from another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignalAccess {
    /// Permissions.
    pub permissions: u32,
    /// The number of the [`Signal`](crate::vocab::Signal).
    pub signal: u8,
    /// The other side's label.
    pub peer: Text,
}

impl SignalAccess {
    pub(super) fn parse(words: &mut RemainingWords<'_>) -> Result<SignalAccess, AccessError> {
        let peer = words.value("peer");
        let permissions = words.set::<SignalPermissions>();
        let Some(word) = words.value("set").or_else(|| words.next()) else {
            return Err(AccessError::new("the signal is missing: term, kill, …"));
        };
        let signal = vocab::Signal::from_word(word).map(vocab::Signal::number).ok_or_else(|| {
            let known = vocab::Signal::words();
            let known = known.chain(SignalPermissions::words());
            AccessError::unknown(word, "neither a permission nor a signal", known)
        })?;
        let peer = match peer {
            Some(peer) => peer.into(),
            None => words.expect("the peer's profile (or `unconfined`)")?,
        };
        Ok(SignalAccess {
            permissions: if permissions == 0 { SignalPermissions::ALL.bits() } else { permissions },
            signal,
            peer,
        })
    }

    pub(super) fn plan(&self, profile: &BlobProfile) -> LookupPlan {
        let mut plan = LookupPlan::of_class(profile, classes::SIGNAL, "signals");
        let string = |peer: &[u8]| AskedSignal { signal: Some(self.signal), peer: Some(peer.into()) }.encode();
        let way = LookupPlace::Policy(MatchStrings::label(&self.peer, |peer| {
            [&[classes::SIGNAL][..], &string(peer)].concat()
        }));
        for (name, bit) in each(self.permissions, permission_names::<SignalPermissions>()) {
            plan.check(name, bit, way.clone());
        }
        plan.notes.push("the other side's profile must allow its side of it, too".into());
        plan
    }
}

impl fmt::Display for SignalAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signal")?;
        write_permissions::<SignalPermissions>(f, self.permissions, SignalPermissions::ALL.bits())?;
        write!(f, " {} ", names::signal(self.signal.into()))?;
        write_word(f, &self.peer)
    }
}

/// A signal, as strings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedSignal {
    /// Its number; the name when serialised.
    #[serde(serialize_with = "by_name")]
    pub signal: Option<u8>,
    /// The label of the process it goes to or comes from.
    pub peer: Option<Text>,
}

impl AskedSignal {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut reader = StringReader::new(bytes);
        let signal = reader.byte();
        AskedSignal { signal, ..Self::of_label(reader.rest()) }
    }

    /// The string without the class, or the label after the signal where no signal is named.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.signal.into_iter().chain(self.peer.iter().flat_map(|peer| peer.iter().copied())).collect()
    }

    /// Any signal: strings of the label class do not name it.
    pub(super) fn of_label(label: &[u8]) -> Self {
        AskedSignal { signal: None, peer: (!label.is_empty()).then(|| Text::from(label)) }
    }
}

impl fmt::Display for AskedSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signal")?;
        if let Some(signal) = self.signal {
            write!(f, " {}", names::signal(signal.into()))?;
        }
        value(f, "peer", self.peer.as_ref())
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde wants")]
fn by_name<S: Serializer>(signal: &Option<u8>, serializer: S) -> Result<S::Ok, S::Error> {
    signal.map(|number| names::signal(number.into())).serialize(serializer)
}
